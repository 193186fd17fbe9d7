-- A case of traffic.mjs for wrk; compares every answer in full. The arguments come after "--": host, method, file with the
-- body to send ("-" for none), file with the answer, file with the paths, which are asked for in turn, file with more headers.
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

local requests = {}
local at = 0

function init(args)
  wrong = 0
  answer = content(args[4])
  wrk.method = args[2]
  wrk.headers['Host'] = args[1]
  for name, value in content(args[6]):gmatch('([^\n:]+): ([^\n]+)') do wrk.headers[name] = value end
  if args[3] ~= '-' then wrk.body = content(args[3]) end
  -- Made once, so that many paths cost the load no more than one.
  for path in content(args[5]):gmatch('[^\n]+') do table.insert(requests, wrk.format(nil, path)) end
end

function request()
  at = at % #requests + 1
  return requests[at]
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
