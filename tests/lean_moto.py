"""moto, spared what it does over and over though nobody looks at it: half of a journey's time. Imported for its effect.

What it answers stays the same. DynamoDB by itself: `tests.lean_dynamo`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

import moto.core.responses
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.loaders import JSONFileLoader
from botocore.parsers import BaseJSONParser
from botocore.regions import EndpointRulesetResolver
from botocore.serialize import JSONSerializer
from botocore.useragent import UserAgentString
from botocore.validate import ParamValidator
from moto.backend_index import backend_url_patterns
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.exceptions import HTTPException
from moto.core.parse import PROTOCOL_PARSERS, RequestParser
from moto.core.request import normalize_request
from moto.core.responses import BaseResponse
from moto.core.serialize import AttributePicker, AttributePickerContext, BaseJSONSerializer
from moto.core.utils import MISSING, get_service_model, get_value
from moto.dynamodb.responses import DynamoHandler
from tests.lean_dynamo import WORDS

from leadlight.aws.session import QuickFiles


def _picked(picker: AttributePicker, context: AttributePickerContext) -> Any:
    """A member of an answer, under one of the names that it may have. Those of a plain dictionary follow from its
    shape alone: moto finds them out anew for each member of each item."""
    if type(context.obj) is not dict or picker.response_transformers or context.shape is None:
        return _thorough(picker, context)
    known = vars(context.shape).setdefault("_known_names", {})
    name = (context.key, type(picker))
    if name not in known:
        known[name] = tuple(dict.fromkeys(picker.get_possible_keys(context)))
    return next((found for key in known[name] if (found := get_value(context.obj, key)) is not MISSING), None)


def _is_plain(shape: Any, item: Any) -> bool:
    """Whether an item has texts and numbers alone, which are the same on the wire and off it. On its way to moto and
    back it is checked, written, read, written and read: each of these would look at each attribute by itself."""
    return shape.value.name == "AttributeValue" and all(
        type(value) is dict and len(value) == 1 and value.keys() <= WORDS and type(*value.values()) is str
        for value in item.values()
    )


def _checked(validator: ParamValidator, item: Any, shape: Any, errors: Any, name: str) -> None:
    if type(item) is not dict or not _is_plain(shape, item):
        _checked_thoroughly(validator, item, shape, errors, name)


def _asked(serializer: JSONSerializer, body: Any, item: Any, shape: Any, key: str) -> None:
    if _is_plain(shape, item):
        body[key] = item
    else:
        _asked_thoroughly(serializer, body, item, shape, key)


def _heard(parser: RequestParser, shape: Any, item: Any) -> Any:
    return item if _is_plain(shape, item) else _heard_thoroughly(parser, shape, item)


def _said(serializer: BaseJSONSerializer, body: Any, item: Any, shape: Any, key: str) -> None:
    if _is_plain(shape, item):
        serializer._default_serialize(body, item, shape, key)
    else:
        _said_thoroughly(serializer, body, item, shape, key)


def _understood(parser: BaseJSONParser, shape: Any, item: Any) -> Any:
    return item if _is_plain(shape, item) else _understood_thoroughly(parser, shape, item)


def _found(resolver: EndpointRulesetResolver, operation_model: Any, call_args: Any, request_context: Any) -> Any:
    """The address of a service. It depends on what is asked for buckets and global endpoints only, and on account
    numbers, which the credentials of tests have not got; botocore works it out anew for each call."""
    service = operation_model.service_model.service_name
    if service == "s3" or "EndpointId" in (call_args or {}):
        return _found_thoroughly(resolver, operation_model, call_args, request_context)
    known = vars(resolver).setdefault("_known_places", {})
    if operation_model.name not in known:
        known[operation_model.name] = _found_thoroughly(resolver, operation_model, call_args, request_context)
    return known[operation_model.name]


def _routed(response: BaseResponse, request: Any) -> str:
    """What a method and a path ask for: moto goes through all paths of the service three times for one request."""
    known = vars(response).get("_known_action")
    if known is None or known[0] is not request:
        known = response._known_action = (request, _routed_thoroughly(response, request))  # type: ignore[attr-defined]  # ours
    return known[1]


def _told(serializer: BaseJSONSerializer, told: Any, value: Any, shape: Any, key: str) -> None:
    """An attribute of an item: nearly always one text, in which moto looks for eleven things."""
    if shape.name == "AttributeValue" and type(value) is dict and value.keys() <= WORDS:
        serializer._default_serialize(told, {name: str(words) for name, words in value.items()}, shape, key)
    else:
        _told_thoroughly(serializer, told, value, shape, key)


def _answered(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Any:
    """What the service behind an address says: moto tries the addresses of all services before it, each time."""
    act = _acts_at(request.url.partition("?")[0])
    if act is None:
        return _answered_thoroughly(stubber, request)
    try:
        if act == DynamoHandler.dispatch:
            return _straight(request)
        normal = normalize_request(request)
        return act(normal, normal.raw_url, normal.headers)
    except HTTPException as error:
        return error.code, error.get_headers(), error.get_body()


def _straight(request: AWSPreparedRequest) -> Any:
    """What DynamoDB says to a name in a header and JSON: moto would make a whole web request of these first."""
    told = {name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
    handler = DynamoHandler()
    handler.headers, handler.response_headers, handler.querystring = told, {}, {}
    handler.region, handler.current_account = request.url.split(".")[1], DEFAULT_ACCOUNT_ID
    operation = get_service_model("dynamodb").operation_model(handler._get_action())
    sent = {"method": "POST", "values": {}, "headers": told, "body": request.body, "url_path": "/", "url_params": {}}
    handler.params = PROTOCOL_PARSERS["json"](operation, map_type=dict).parse(sent)
    return handler.call_action()


@lru_cache(maxsize=1024)
def _acts_at(address: str) -> Any:
    for service, pattern in backend_url_patterns:
        if pattern.match(address):
            backends = get_backend(service)[DEFAULT_ACCOUNT_ID]  # type: ignore[call-overload]  # moto lists them all
            urls = backends["us-east-1" if "us-east-1" in backends else "aws"].urls
            if found := next((act for url, act in urls.items() if re.match(url, address)), None):
                return found
    return None


def _signed(auth: SigV4Auth, request: AWSRequest) -> None:
    """Who asks; nobody checks a signature here. Addresses that are signed (`SigV4QueryAuth`) are signed as ever."""
    if type(auth) is not SigV4Auth or auth.credentials is None:
        _signed_thoroughly(auth, request)
        return
    request.context["timestamp"] = "20260105T100000Z"
    auth._modify_request_before_signing(request)
    scope = f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}"
    request.headers["Authorization"] = f"{scope}, SignedHeaders=host, Signature={64 * '0'}"


@cache
def _read(path: str) -> Any:
    return QuickFiles().load_file(path)


def _loaded(_: JSONFileLoader, file_path: str) -> Any:
    """What botocore describes AWS with, read once: moto has a session for this and a session for that."""
    return _read(file_path)


_thorough = AttributePicker.__call__
_checked_thoroughly = ParamValidator._validate_map
_asked_thoroughly = JSONSerializer._serialize_type_map
_heard_thoroughly = RequestParser._parse_map
_said_thoroughly = BaseJSONSerializer._serialize_type_map
_understood_thoroughly = BaseJSONParser._handle_map
_found_thoroughly = EndpointRulesetResolver.construct_endpoint
_routed_thoroughly = BaseResponse._get_action_from_method_and_request_uri
_told_thoroughly = BaseJSONSerializer._serialize_type_structure
_answered_thoroughly = BotocoreStubber.process_request
_signed_thoroughly = SigV4Auth.add_auth

AttributePicker.__call__ = _picked  # type: ignore[method-assign]  # the same, remembered
BaseJSONSerializer._serialize_type_structure = _told
ParamValidator._validate_map = _checked
JSONSerializer._serialize_type_map = _asked
RequestParser._parse_map = _heard
BaseJSONSerializer._serialize_type_map = _said
BaseJSONParser._handle_map = _understood
EndpointRulesetResolver.construct_endpoint = _found
BaseResponse._get_action_from_method_and_request_uri = _routed
moto.core.responses.camelcase_to_underscores = cache(moto.core.responses.camelcase_to_underscores)
BotocoreStubber.process_request = _answered
SigV4Auth.add_auth = _signed
UserAgentString.to_string = lambda _: "leadlight"
JSONFileLoader.load_file = _loaded
moto.core.responses.method_names_from_class = cache(moto.core.responses.method_names_from_class)
moto.core.responses.gen_amzn_requestid_long = lambda headers: headers.setdefault("x-amzn-requestid", 52 * "0")
