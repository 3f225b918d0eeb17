"""The end of an installation: what goes, what stays."""

import pytest
from tests.publish.account import REGION, STACK, Cloud

from leadlight.publish.account import Refused
from leadlight.publish.destroy import Destroy, Destroyed
from leadlight.publish.secrets import NAMES, make_missing

LEFT = [
    ("LeadsTable", "AWS::DynamoDB::Table", "www-leads", "DELETE_SKIPPED"),
    ("BundleBucket", "AWS::S3::Bucket", "www-bundle", "DELETE_SKIPPED"),
    ("KeyBackups", "AWS::Backup::BackupVault", "www-keys", "DELETE_SKIPPED"),
]


@pytest.fixture
def running(aws: Cloud) -> Cloud:
    aws.furnish()
    make_missing(aws.client("ssm"), STACK, lived=False)
    aws.client("dynamodb").create_table(
        TableName="www-leads",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    for bucket in ("www-site", "www-bundle"):
        aws.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for body in (b"1", b"2"):
            aws.client("s3").put_object(Bucket=bucket, Key="index.html", Body=body)
    aws.stacks.status = "CREATE_COMPLETE"
    aws.stacks.resources = [("SiteBucket", "AWS::S3::Bucket", "www-site", "DELETE_COMPLETE"), *LEFT]
    return aws


def end(aws: Cloud, *, with_data: bool) -> Destroyed:
    return Destroy(aws.account, STACK, pause=lambda _: None).run(with_data=with_data)


def test_leads_bundle_and_secrets_stay_and_are_named(running: Cloud) -> None:
    done = end(running, with_data=False)

    assert [each.physical_id for each in done.kept] == ["www-leads", "www-bundle", "www-keys"]
    assert (done.deleted, done.secrets) == ((), ())
    assert "index.html" in running.keys("www-bundle")
    assert len(running.asked("DeleteStack")) == 1


def test_the_site_is_emptied_so_that_its_bucket_can_go(running: Cloud) -> None:
    end(running, with_data=False)

    assert "Versions" not in running.client("s3").list_object_versions(Bucket="www-site")


def test_protection_against_a_slip_is_lifted(running: Cloud) -> None:
    end(running, with_data=False)

    assert running.asked("UpdateTerminationProtection")[0]["EnableTerminationProtection"] is False


def test_with_data_everything_goes_protected_tables_and_old_versions_included(running: Cloud) -> None:
    done = end(running, with_data=True)

    assert done.deleted == ("www-leads", "www-bundle")
    assert set(done.secrets) == {f"/leadlight/www/{name}" for name in NAMES}
    assert [each.logical_id for each in done.kept] == ["KeyBackups"]
    assert running.client("dynamodb").list_tables()["TableNames"] == []
    assert "www-bundle" not in {each["Name"] for each in running.client("s3").list_buckets()["Buckets"]}


def test_tables_that_an_earlier_end_has_left_go_with_the_data(running: Cloud) -> None:
    running.stacks.status = ""

    done = end(running, with_data=True)

    assert done.deleted == ("www-leads",)


def test_buckets_that_an_earlier_end_has_left_go_with_the_data(running: Cloud) -> None:
    running.stacks.status = ""
    name = f"www-bundle-123456789012-{REGION}"
    running.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})

    done = end(running, with_data=True)

    assert set(done.deleted) == {"www-leads", name}


def test_a_stack_that_somebody_is_changing_is_left_alone(running: Cloud) -> None:
    running.stacks.status = "UPDATE_IN_PROGRESS"

    with pytest.raises(Refused, match="Wait"):
        end(running, with_data=True)

    assert running.asked("DeleteStack") == []


def test_a_stack_that_cannot_go_says_what_holds_it(running: Cloud) -> None:
    running.stacks.script, running.stacks.reasons = ["DELETE_FAILED"], [("InboundRules", "it is the active rule set")]

    with pytest.raises(Refused, match="InboundRules: it is the active rule set"):
        end(running, with_data=True)

    assert "www-leads" in running.client("dynamodb").list_tables()["TableNames"]


def test_there_is_nothing_to_end_where_nothing_is(aws: Cloud) -> None:
    assert end(aws, with_data=False) == Destroyed(STACK, (), (), ())
