"""From a repository to a running installation, in an account that moto and a scripted CloudFormation play."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from tests.publish.account import REGION, STACK, Cloud
from tests.publish.conftest import small_packages
from tests.publish.test_github_role import granted

from leadlight.errors import OperatorMustFix
from leadlight.model.site import Manifest
from leadlight.publish.advice import advice
from leadlight.publish.deploy import Deploy, Deployed
from leadlight.publish.order import Order
from leadlight.publish.record import Record
from leadlight.publish.secrets import NAMES
from leadlight.publish.upload import Upload


def run(aws: Cloud, given: dict[str, str] | None = None, *, adopt: bool = False) -> Deployed:
    order = Order(STACK, Path("mkdocs.yml"), given if given is not None else {"MailFrom": "hello@example.com"})
    return Deploy(aws.account, order, adopt=adopt, pack=small_packages, pause=lambda _: None).run()


def manifest(aws: Cloud) -> Manifest:
    """As it lies in the bundle's bucket."""
    return msgspec.json.decode(
        aws.client("s3").get_object(Bucket="www-bundle", Key="manifest.json")["Body"].read(), type=Manifest
    )


@dataclass(frozen=True)
class Twice:
    """A first deploy, and a second one after a page was changed and another deleted."""

    cloud: Cloud
    first: Deployed
    requests: tuple[tuple[str, dict[str, object]], ...]
    second: Deployed


@pytest.fixture
def twice(aws: Cloud, repository: Path) -> Twice:
    aws.furnish()
    first = run(aws)
    requests = tuple(aws.sent)
    aws.sent.clear()
    (repository / "docs/about.md").unlink()
    with (repository / "docs/index.md").open("a") as page:
        page.write("\n\nA sentence more.\n")
    return Twice(aws, first, requests, run(aws, {}))


def test_a_second_deploy_changes_what_has_changed_and_nothing_else(twice: Twice) -> None:
    names = [name for name, _ in twice.requests]
    assert names.index("ExecuteChangeSet") < names.index("PutObject", names.index("ExecuteChangeSet"))
    assert [sent["Key"] for name, sent in twice.requests if name == "PutObject"][-2:] == [
        "manifest.json",
        f"{STACK}/deployed.json",
    ]
    assert twice.first.secrets_made == NAMES
    assert twice.second.secrets_made == ()
    assert "index.html" in twice.second.site.put
    assert twice.second.site.removed == ("about/index.html",)
    assert "logo.svg" not in twice.second.site.put
    assert {each.section for each in twice.second.changes} == {"site"}

    _the_site_knows_its_address(twice)
    _no_secret_is_written_down(twice)
    _each_deploy_invalidates_anew(twice)
    _the_role_for_github_suffices(twice)


def _the_site_knows_its_address(twice: Twice) -> None:
    s3, url = twice.cloud.client("s3"), twice.cloud.stacks.outputs["SiteUrl"]
    sitemap = s3.get_object(Bucket="www-site", Key="sitemap.xml")["Body"].read().decode()
    manifest = msgspec.json.decode(
        s3.get_object(Bucket="www-bundle", Key="manifest.json")["Body"].read(), type=Manifest
    )
    assert f"{url}/guide/" in sitemap
    assert manifest.site_url == f"{url}/"


def _no_secret_is_written_down(twice: Twice) -> None:
    record = Path("dist/deployed/www.json").read_text()
    found = twice.cloud.client("ssm").get_parameters(
        Names=[f"/leadlight/www/{name}" for name in NAMES], WithDecryption=True
    )
    values = [each["Value"] for each in found["Parameters"]]
    told = msgspec.json.encode(twice.first).decode() + " ".join(advice(twice.first, None))
    assert len(values) == 3
    assert not [value for value in values if value in record + told]


def _each_deploy_invalidates_anew(twice: Twice) -> None:
    asked = [sent for name, sent in twice.requests if name == "CreateInvalidation"]
    asked += twice.cloud.asked("CreateInvalidation")
    batches = [sent["InvalidationBatch"] for sent in asked]
    assert [batch["Paths"]["Items"] for batch in batches] == [["/*"], ["/*"]]
    assert batches[0]["CallerReference"] != batches[1]["CallerReference"]


NAMED = {
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "DeleteObjects": "DeleteObject",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "PutBucketEncryption": "PutEncryptionConfiguration",
}
"""Operations whose permission is called otherwise."""


def _the_role_for_github_suffices(twice: Twice) -> None:
    asked = {name for name, _ in (*twice.requests, *twice.cloud.sent)} - {"GetCallerIdentity"}
    allowed = {action.partition(":")[2] for action in granted()}
    assert {NAMED.get(name, name) for name in asked} <= allowed


def test_the_template_gets_its_packages_its_secret_and_its_python(aws: Cloud, repository: Path) -> None:
    aws.furnish()

    done = run(aws, {"MailFrom": "hello@example.com"})

    sent = {each["ParameterKey"]: each["ParameterValue"] for each in aws.asked("CreateChangeSet")[0]["Parameters"]}
    template = next(sent for sent in aws.asked("PutObject") if "template-" in sent["Key"])["Body"].decode()
    assert len(sent["OriginSecret"]) == 64
    assert sent["MailDomain"] == "example.com"
    assert sent["Runtime"].startswith("python3.")
    assert "dist/" not in "".join(line for line in template.splitlines() if "CodeUri" in line)
    assert template.count("s3://leadlight-123456789012-eu-west-1-artefacts/www/on_") == 6
    assert "OriginSecret" not in done.record.sections["parameters"]
    assert aws.asked("UpdateTerminationProtection")[0]["EnableTerminationProtection"] is True


def test_a_leak_stops_it_before_the_account_is_touched(aws: Cloud, repository: Path) -> None:
    (repository / "docs/guide.md").write_text("---\ngate: {unlcok: email}\n---\nText\n")

    with pytest.raises(OperatorMustFix):
        run(aws)

    assert {name for name, _ in aws.sent} <= {"DescribeStacks", "DescribeTable", "GetCallerIdentity", "HeadBucket"}


def test_a_question_of_the_template_without_an_answer_is_asked_by_name(aws: Cloud, repository: Path) -> None:
    with pytest.raises(OperatorMustFix, match="MailDomain needs a value"):
        run(aws, {})


def test_a_parameter_that_is_none_gets_the_nearest_right_one(aws: Cloud, repository: Path) -> None:
    with pytest.raises(OperatorMustFix, match="did you mean MonthlyBudget"):
        run(aws, {"MonthlyBuget": "5"})


def test_tables_of_an_earlier_stack_are_not_built_over(aws: Cloud, repository: Path) -> None:
    aws.client("dynamodb").create_table(
        TableName="www-leads",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    with pytest.raises(OperatorMustFix, match=r"www-leads.*add --adopt"):
        run(aws)


def test_a_bundle_of_an_earlier_stack_is_not_built_over(aws: Cloud, repository: Path) -> None:
    name = f"www-bundle-123456789012-{REGION}"
    aws.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})

    with pytest.raises(OperatorMustFix, match=f"{name}.*add --adopt"):
        run(aws)


def test_adopting_goes_on_naming_what_leads_agreed_to(aws: Cloud, repository: Path) -> None:
    aws.furnish()
    given = {"MailFrom": "hello@example.com", "SiteDomain": "www.example.com"}
    run(aws, given)
    agreed = manifest(aws).wordings
    aws.stacks.status = ""
    (repository / "docs/guide.md").write_text("# Guide\n\nOpen to everybody now.\n")

    run(aws, given, adopt=True)

    assert agreed
    assert manifest(aws).wordings == agreed


def test_adopting_needs_the_old_secrets(aws: Cloud, repository: Path) -> None:
    aws.furnish()

    with pytest.raises(OperatorMustFix, match="token-keys is gone"):
        run(aws, adopt=True)


def test_what_is_left_to_do_is_said_record_by_record() -> None:
    outputs = {
        "DistributionDomain": "d1.cloudfront.net",
        "MailDomain": "example.com",
        "Dkim1": "a._domainkey.example.com a.dkim.amazonses.com",
        "BounceMx": "10 feedback-smtp.eu-west-1.amazonses.com",
    }
    nothing = Upload((), (), 0)
    record = Record(STACK, "1", "https://www.example.com/", {})

    said = list(advice(Deployed(record, (), outputs, (), nothing, nothing, ()), "eu-west-1"))

    assert said == [
        "DNS: www.example.com CNAME d1.cloudfront.net",
        "DNS: a._domainkey.example.com CNAME a.dkim.amazonses.com",
        "DNS: bounce.example.com MX 10 feedback-smtp.eu-west-1.amazonses.com",
        'DNS: bounce.example.com TXT "v=spf1 include:amazonses.com -all"',
        "Then: leadlight doctor --stack www --region eu-west-1  (records, SES sandbox, secrets, alarms)",
    ]
