-- One case of traffic.mjs for wrk; compares every answer in full. The arguments come after "--": method, host, files with
-- the body to send ("-" for none) and with the answer.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local function content(path)
  local file = assert(io.open(path, 'rb'))
  local bytes = file:read('*a')
  file:close()
  return bytes
end

function init(args)
  wrong = 0
  answer = content(args[4])
  wrk.method = args[1]
  wrk.headers['Host'] = args[2]
  if args[3] ~= '-' then wrk.body = content(args[3]) end
end

function response(status, headers, body)
  if status ~= 200 or body ~= answer then wrong = wrong + 1 end
end

function done(summary, latency, requests)
  local wrong = 0
  for _, thread in ipairs(threads) do wrong = wrong + thread:get('wrong') end
  local errors = summary.errors
  wrong = wrong + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('\n{"requests":%d,"wrong":%d,"seconds":%f}\n', summary.requests, wrong, summary.duration / 1e6))
end
