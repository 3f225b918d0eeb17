"""What are the secrets of this installation? SSM parameters below one prefix. Asked once per Lambda environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from botocore.exceptions import (  # type: ignore[import-untyped]  # it ships no types
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)

from leadlight.errors import LeadlightError, MissingSecrets, StoreBusy

PAGE = 10  # parameters; more SSM does not give at once
BUSY = {"ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "InternalServerError"}
DENIED = "AccessDeniedException"
SHAPE = "A prefix begins with a slash and ends without one, such as /leadlight/prod."


class Client(Protocol):
    """The part of botocore's `ssm` client that we use."""

    def get_parameters_by_path(self, **request: object) -> Mapping[str, Any]: ...


def secrets_below(client: Client, prefix: str) -> Mapping[str, str]:
    """Each parameter's value by the last part of its name: `/leadlight/prod/lead-key` is `lead-key`.

    Raises `MissingSecrets` when there is nothing or it may not be read, `StoreBusy` when SSM did not answer.
    """
    request: dict[str, object] = {"Path": prefix, "WithDecryption": True, "MaxResults": PAGE}
    found: dict[str, str] = {}
    more = True
    while more:
        reply = page(client, prefix, request)
        found |= {parameter["Name"].rpartition("/")[2]: parameter["Value"] for parameter in reply["Parameters"]}
        more = bool(reply.get("NextToken"))
        request["NextToken"] = reply.get("NextToken")
    if not found:
        raise MissingSecrets(prefix, "There is nothing. `leadlight deploy` makes the secrets, once.")
    return found


def page(client: Client, prefix: str, request: Mapping[str, object]) -> Mapping[str, Any]:
    """One answer, with AWS's errors as ours."""
    try:
        return client.get_parameters_by_path(**request)
    except ClientError as error:
        raise refusal(error, prefix) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise MissingSecrets(prefix, "There are no credentials: the function runs without its role.") from error
    except ParamValidationError as error:
        raise MissingSecrets(prefix, SHAPE) from error
    except BotoCoreError as error:
        raise StoreBusy(f"SSM: {type(error).__name__}. Try again; if it stays, look at the alarms.") from error


def refusal(error: ClientError, prefix: str) -> LeadlightError:
    """Whether to wait, or whom to ask."""
    code = str(error.response.get("Error", {}).get("Code", "unknown"))
    if code in BUSY or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return StoreBusy(f"SSM: {code}. Try again; if it stays, look at the alarms.")
    if code == DENIED:
        needed = f"The function's role needs ssm:GetParametersByPath on parameter{prefix}"
        return MissingSecrets(prefix, f"{needed}, and kms:Decrypt if their key is one of your own.")
    return MissingSecrets(prefix, f"SSM says {code}. {SHAPE}")
