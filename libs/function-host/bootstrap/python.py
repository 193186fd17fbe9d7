"""Runs a Python handler over the Lambda Runtime API: loads `module.function`, asks for an invocation, calls the handler,
posts what came of it, and asks again. Started by the function host; needs nothing but the standard library.
https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
"""
import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback

PREFIX = "/2018-06-01/runtime/"
TASK_ROOT = os.environ["LAMBDA_TASK_ROOT"]


class RuntimeFault(Exception):
    """An error of the function's set-up; `kind` is Lambda's name for it."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Context:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

    def __init__(self, headers):
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        client = headers.get("lambda-runtime-client-context")
        self.client_context = json.loads(client) if client else None
        self._deadline_ms = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))


class Host:
    """The Runtime API. Without the host there is nothing to run for, so its loss ends the process."""

    def __init__(self, address):
        self._connection = http.client.HTTPConnection(address)

    def call(self, method, path, body=None, headers=None):
        try:
            self._connection.request(method, PREFIX + path, body, headers or {})
            answer = self._connection.getresponse()
            return answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            os._exit(1)

    def post_error(self, path, error):
        headers = {"content-type": "application/json", "lambda-runtime-function-error-type": error["errorType"]}
        self.call("POST", path, json.dumps(error).encode(), headers)


class LambdaFormatter(logging.Formatter):
    request_id = ""

    def format(self, record):
        record.aws_request_id = LambdaFormatter.request_id
        return super().format(record)


def set_up_logging():
    handler = logging.StreamHandler(sys.stdout)
    form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
    formatter = LambdaFormatter(form, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)


def load_handler():
    name = os.environ["_HANDLER"]
    module_name, _, function_name = name.rpartition(".")
    if not module_name:
        raise RuntimeFault("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack")
    sys.path.insert(0, TASK_ROOT)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise RuntimeFault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    except SyntaxError as error:
        raise RuntimeFault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}") from error
    try:
        return getattr(module, function_name)
    except AttributeError:
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        raise RuntimeFault("Runtime.HandlerNotFound", message) from None


def shown(frame):
    """As on AWS: the code lies in /var/task, and no part of the line is marked. Where it lies here is nobody's business."""
    place, root = frame.filename, os.path.join(TASK_ROOT, "")
    if place.startswith(root):
        place = "/var/task/" + place[len(root):]
    return traceback.FrameSummary(place, frame.lineno, frame.name, lookup_line=False, line=frame.line)


def describe(error, request_id=""):
    """AWS's form; the frames of this file are left out."""
    frames = [shown(frame) for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    return {
        "errorMessage": str(error),
        "errorType": error.kind if isinstance(error, RuntimeFault) else type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames),
    }


def report(error):
    print(f"[ERROR] {error['errorType']}: {error['errorMessage']}\nTraceback (most recent call last):")
    print("".join(error["stackTrace"]))


def respond(host, handler):
    headers, body = host.call("GET", "invocation/next")
    request_id = headers["lambda-runtime-aws-request-id"]
    LambdaFormatter.request_id = request_id
    os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id") or ""
    path = f"invocation/{request_id}/"
    try:
        result = handler(json.loads(body), Context(headers))
        try:
            text = json.dumps(result, ensure_ascii=False).encode()
        except TypeError as error:
            raise RuntimeFault("Runtime.MarshalError", f"Unable to marshal response: {error}") from None
    except Exception as error:
        described = describe(error, request_id)
        report(described)
        host.post_error(path + "error", described)
        return
    host.call("POST", path + "response", text, {"content-type": "application/json"})


def main():
    set_up_logging()
    host = Host(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load_handler()
    except Exception as error:
        described = describe(error)
        report(described)
        host.post_error("init/error", described)
        sys.exit(1)
    while True:
        respond(host, handler)


main()
