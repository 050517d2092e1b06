"""The monorepo example: what its functions answer once they are built."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from tests.examples.managed_runtime import FunctionError, invoke, read_template
from tests.examples.project import Project, copy_example
from tests.examples.runtime_api import custom_runtime

_ORDER = {
    "id": "A-1",
    "customer": {"name": "Ada", "email": "ada@example.com", "language": "de"},
    "payment_token": "tok-1",
    "lines": [{"sku": "mug-blue", "quantity": 1}, {"sku": "kettle", "quantity": 3}, {"sku": "mug-blue", "quantity": 1}],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The built shop; tests that change sources take a copy of their own."""
    project = copy_example("monorepo", tmp_path_factory.mktemp("monorepo"))
    project.build("--jobs", "2")
    return project


@pytest.fixture(scope="module")
def build_dir(project: Project) -> Path:
    return project.build_dir


def test_every_target_is_reproducible(project: Project) -> None:
    assert project.differences() == []


def _checkout(build_dir: Path, *steps: str) -> dict[str, Any]:
    order: dict[str, Any] = _ORDER
    for step in steps:
        order = invoke(build_dir, step, order, VAT_PERCENT="19", PAYMENT_LIMIT_CENTS="100000")
    return order


class TestCheckout:
    """The functions one after the other, as the workflow calls them."""

    def test_equal_articles_come_on_one_line(self, build_dir: Path) -> None:
        order = _checkout(build_dir, "ValidateOrderFunction")
        assert order["lines"] == [{"sku": "mug-blue", "quantity": 2}, {"sku": "kettle", "quantity": 3}]

    @pytest.mark.parametrize("lines", [[], [{"sku": "teapot", "quantity": 0}], [{"quantity": 1}]])
    def test_what_is_no_order_is_refused(self, build_dir: Path, lines: list[dict[str, object]]) -> None:
        with pytest.raises(FunctionError, match="InvalidOrder"):
            invoke(build_dir, "ValidateOrderFunction", {**_ORDER, "lines": lines})

    def test_prices_come_from_the_catalogue_that_the_build_compiled(self, build_dir: Path) -> None:
        order = _checkout(build_dir, "ValidateOrderFunction", "PriceOrderFunction")
        assert (order["net_cents"], order["vat_cents"], order["total_cents"]) == (28280, 5373, 33653)

    def test_an_article_that_is_not_sold_is_named(self, build_dir: Path) -> None:
        with pytest.raises(FunctionError, match="samovar"):
            invoke(build_dir, "PriceOrderFunction", {"lines": [{"sku": "samovar", "quantity": 1}]})

    def test_no_parcel_is_too_heavy(self, build_dir: Path) -> None:
        parcels = _checkout(build_dir, "ValidateOrderFunction", "PackOrderFunction")["parcels"]
        assert [parcel["weight_g"] for parcel in parcels] == [9950, 5150]
        assert [parcel["articles"] for parcel in parcels] == [
            {"kettle": 2, "mug-blue": 1},
            {"kettle": 1, "mug-blue": 1},
        ]

    def test_the_same_order_is_paid_once(self, build_dir: Path) -> None:
        steps = ("ValidateOrderFunction", "PriceOrderFunction", "AuthorizePaymentFunction")
        assert _checkout(build_dir, *steps)["authorization"] == _checkout(build_dir, *steps)["authorization"]

    def test_more_than_the_limit_is_refused(self, build_dir: Path) -> None:
        with pytest.raises(FunctionError, match="PaymentRefused"):
            invoke(build_dir, "AuthorizePaymentFunction", {**_ORDER, "total_cents": 501}, PAYMENT_LIMIT_CENTS="500")

    def test_the_customer_is_told_in_the_customers_language(self, build_dir: Path) -> None:
        order = _checkout(build_dir, "ValidateOrderFunction", "PriceOrderFunction", "PackOrderFunction")
        mail = invoke(build_dir, "NotifyFunction", {"message": "order.paid", "order": order})
        text = "Vielen Dank, Ada! Bestellung A-1 über 336.53 EUR ist in 2 Paket(en) unterwegs."
        assert mail == {"to": "ada@example.com", "text": text}


class TestOtherFunctions:
    """What stands beside the checkout."""

    @pytest.mark.parametrize(
        ("order", "cancel"),
        [
            ({"state": "paid", "paid_at": "2025-03-01T10:00:00"}, True),
            ({"state": "paid", "paid_at": "2025-03-01T08:59:59"}, False),
            ({"state": "sent"}, False),
            ({"state": "new"}, True),
        ],
    )
    def test_cancelling_ends_with_an_hour_or_the_parcels(self, build_dir: Path, order: object, cancel: bool) -> None:
        event = {"order": order, "now": "2025-03-01T10:00:00"}
        assert invoke(build_dir, "CancelOrderFunction", event)["cancel"] is cancel

    def test_the_catalogue_is_searched_by_words(self, build_dir: Path) -> None:
        answer = invoke(build_dir, "CatalogueFunction", {"queryStringParameters": {"q": "mug BLUE"}})
        assert json.loads(answer["body"]) == [{"sku": "mug-blue", "name": "Mug, blue", "price": "7.90"}]

    def test_the_catalogue_is_all_there_without_a_query(self, build_dir: Path) -> None:
        assert len(json.loads(invoke(build_dir, "CatalogueFunction", {})["body"])) == 6

    @pytest.mark.parametrize(("refunded", "expected"), [(0, 940), (500, 880), (1380, 0)])
    def test_no_more_is_refunded_than_was_paid(self, build_dir: Path, refunded: int, expected: int) -> None:
        order = {"net_cents": 1160, "total_cents": 1380, "refunded_cents": refunded}
        event = {"order": order, "returned_net_cents": 790}
        assert invoke(build_dir, "RefundPaymentFunction", event) == {"refund_cents": expected}

    @pytest.mark.parametrize(
        ("body", "secret", "status"),
        [
            ('{"authorization": "a1", "status": "captured"}', "key", 204),
            ('{"authorization": "a1", "status": "captured"}', "other", 401),
            ("[]", "key", 400),
        ],
    )
    def test_only_signed_reports_are_believed(self, build_dir: Path, body: str, secret: str, status: int) -> None:
        signature = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
        event = {"headers": {"x-signature": signature}, "body": body}
        assert invoke(build_dir, "PaymentWebhookFunction", event, PROVIDER_SECRET="key") == {"statusCode": status}

    def test_dead_letters_are_counted_and_unreadable_ones_left(self, build_dir: Path) -> None:
        bodies = ['{"error": {"Error": "UnknownArticle"}}', "not JSON", '{"error": {"Error": "UnknownArticle"}}']
        records = [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]
        answer = invoke(build_dir, "DeadLetterFunction", {"Records": records})
        assert answer == {"reasons": {"UnknownArticle": 2}, "batchItemFailures": [{"itemIdentifier": "1"}]}

    def test_the_nested_stack_reports_revenue_by_day(self, build_dir: Path) -> None:
        orders = [{"paid_at": f"2025-03-0{day}T12:00:00", "total_cents": 1005} for day in (2, 1, 2)]
        answer = invoke(build_dir, "ReportsStack/DailyReportFunction", {"orders": orders})
        assert answer["csv"] == "day,orders,revenue\n2025-03-01,1,10.05\n2025-03-02,2,20.10\n"

    def test_the_nested_stack_weighs_parcels(self, build_dir: Path) -> None:
        orders = [{"parcels": [{"weight_g": 2000}, {"weight_g": 2001}]}, {"parcels": []}]
        answer = invoke(build_dir, "ReportsStack/PackingReportFunction", {"orders": orders})
        assert answer == {"light": 1, "heavy": 1, "weight_g": 4001}


class TestBarcodes:
    """The custom runtime in C, beside a runtime API."""

    @pytest.mark.parametrize("chunked", [False, True])
    def test_check_digits_are_told_apart(self, build_dir: Path, chunked: bool) -> None:
        with custom_runtime(build_dir / "BarcodeFunction" / "bootstrap") as api:
            for ean, valid in (("4006381333931", True), ("4006381333930", False), ("96385074", True), ("1234", False)):
                reply = api.invoke(f' "{ean}"\n'.encode(), chunked=chunked)
                assert reply.outcome == "response"
                assert json.loads(reply.body) == {"ean": ean, "valid": valid}

    @pytest.mark.parametrize(
        "event", [b"", b"{}", b'"12x4"', b'"96385074', b'"96385074" 1', b'"' + b"1" * 70_000 + b'"']
    )
    def test_another_event_is_reported_and_the_next_one_answered(self, build_dir: Path, event: bytes) -> None:
        with custom_runtime(build_dir / "BarcodeFunction" / "bootstrap") as api:
            reply = api.invoke(event)
            assert reply.outcome == "error"
            assert json.loads(reply.body)["errorType"] == "InvalidEvent"
            assert api.invoke(b'"96385074"').outcome == "response"


class TestTemplate:
    """The template that deployment goes on from."""

    def test_every_artifact_that_it_names_is_there(self, build_dir: Path) -> None:
        for template in (build_dir / "template.yaml", build_dir / "ReportsStack" / "template.yaml"):
            for name, resource in read_template(template)["Resources"].items():
                if resource.get("Metadata", {}).get("BuildMethod") == "makefile":
                    uri = {"CodeUri", "ContentUri"} & resource["Properties"].keys()
                    assert resource["Properties"][uri.pop()] == name
                    assert any((template.parent / name).iterdir())

    def test_definition_files_are_found_from_it(self, build_dir: Path) -> None:
        resources = read_template(build_dir / "template.yaml")["Resources"]
        body = resources["ShopApi"]["Properties"]["DefinitionBody"]["Fn::Transform"]["Parameters"]["Location"]
        for location in (body, resources["Checkout"]["Properties"]["DefinitionUri"]):
            assert (build_dir / location).is_file()
        assert resources["ReportsStack"]["Properties"]["Location"] == "ReportsStack/template.yaml"

    def test_running_functions_leaves_no_trace_in_artifacts(self, build_dir: Path) -> None:
        invoke(build_dir, "CatalogueFunction", {})
        assert not list(build_dir.rglob("__pycache__"))
