"""What happened is counted last, once, and whatever goes wrong with it holds up nobody's mail."""

from dataclasses import replace

import pytest
from tests.ground import Here
from tests.test_on_change import CountedStore, deliver, records, stream
from tests.world import ANNA, World

from leadlight import figures
from leadlight.errors import StoreBusy
from leadlight.handlers import measures, on_change
from leadlight.model.exchange import News
from leadlight.model.figures import Figures
from leadlight.model.person import LeadId
from leadlight.model.touch import TouchKind

MAILS = "2026-W02|site|mails"
COUNTING = ["figures", "touches", "keep_figures", "touches"]  # once more: it may have been erased meanwhile


def test_a_batch_counts_each_lead_once_and_after_its_mails(world: World) -> None:
    world.browser().ask_for()
    counted = CountedStore(world.services.store)

    assert deliver(replace(world.services, store=counted), records(*stream(world))) == []

    assert counted.asked[-4:] == COUNTING
    assert counted.asked.count("keep_figures") == 1
    assert world.services.store.totals()[MAILS] == 1


def test_the_same_records_again_count_nothing_again(world: World) -> None:
    world.browser().ask_for()
    told = records(*stream(world))
    deliver(world.services, told)
    before = world.services.store.totals()
    counted = CountedStore(world.services.store)

    deliver(replace(world.services, store=counted), [*told[1:], *told])

    assert "keep_figures" not in counted.asked
    assert world.services.store.totals() == before


@pytest.mark.parametrize(("error", "comes_back"), [(StoreBusy, True), (ZeroDivisionError, False)])
def test_a_lead_that_cannot_be_counted_comes_back_if_that_helps_and_its_mail_goes_out(
    world: World, monkeypatch: pytest.MonkeyPatch, error: type[Exception], comes_back: bool
) -> None:
    measured: list[str] = []
    world.browser().ask_for()
    told = records(*stream(world))
    with monkeypatch.context() as now:
        now.setattr(measures, "count", lambda name, times=1: measured.append(name))
        now.setattr("leadlight.figures.figures_of", lambda *_, **__: (_ for _ in ()).throw(error))
        failed = deliver(world.services, told)

    assert failed == [r["dynamodb"]["SequenceNumber"] for r in told if comes_back and r["news"].touch]
    assert [name for name in measured if name != "MailSent"] == ([] if comes_back else ["NotCounted"])
    assert len(world.mails(ANNA)) == 1
    assert deliver(world.services, told) == []
    assert world.services.store.totals()[MAILS] == 1


def test_without_time_left_counting_is_put_off(world: World) -> None:
    world.browser().ask_for()
    (captured,) = [each for each in stream(world) if each.touch and each.touch.kind is TouchKind.CAPTURED]

    assert deliver(world.services, records(captured), left=0) == ["0"]
    assert deliver(world.services, records(captured), left=Here().get_remaining_time_in_millis()) == []


def test_a_lead_that_was_counted_by_another_meanwhile_is_counted_again(world: World) -> None:
    world.browser().ask_for()
    store = world.services.store
    (captured,) = store.touches(world.id_of())
    gates = figures.gates_now(world.services)

    class LetsAnotherFirst(CountedStore):
        def __getattr__(self, name: str):
            if name == "keep_figures" and "keep_figures" not in self.asked:
                assert store.append(replace(captured, id="later", kind=TouchKind.DOWNLOADED))
                assert figures.roll_up(world.services, world.id_of(), gates)
            return super().__getattr__(name)

    slow = replace(world.services, store=LetsAnotherFirst(store))

    assert not figures.roll_up(slow, world.id_of(), gates)
    assert {store.totals()[f"2026-W02|site|{what}"] for what in ("submitted", "downloaded")} == {1}


def test_a_lead_that_others_count_all_the_time_is_tried_again_later(world: World) -> None:
    world.browser().ask_for()
    counted = CountedStore(world.services.store)
    counted.keep_figures = lambda *_, **__: (_ for _ in ()).throw(figures.Conflict)

    with pytest.raises(StoreBusy):
        figures.roll_up(replace(world.services, store=counted), world.id_of(), {})


def test_the_worker_counts_what_a_crash_has_left(world: World) -> None:
    world.browser().ask_for()
    on_change.drain(world.services)
    busy = replace(world.services, store=CountedStore(world.services.store, busy_for=world.id_of()))
    assert on_change.roll_up(busy) == 0
    assert world.services.store.totals() == {}

    assert on_change.roll_up(world.services) > 0

    assert on_change.roll_up(world.services) == 0
    assert world.services.store.totals()[MAILS] == 1


def test_a_lead_that_cannot_be_counted_keeps_no_other_from_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.browser().ask_for()
    world.browser().ask_for(address="ben@example.com")
    roll_up = figures.roll_up

    def fails(services, lead_id: LeadId, gates) -> bool:
        return 1 / 0 if lead_id == world.id_of() else roll_up(services, lead_id, gates)

    monkeypatch.setattr(figures, "roll_up", fails)

    assert on_change.roll_up(world.services) == 2
    assert on_change.roll_up(world.services) == 0
    assert world.services.store.totals()["2026-W02|site|submitted"] == 1


def test_a_touch_of_a_lead_that_is_gone_takes_nothing_from_the_totals(world: World) -> None:
    gone = LeadId("gone")
    world.services.store.keep_figures(Figures(gone, {MAILS: 3}), before=None)
    world.browser().ask_for()
    touch = replace(world.services.store.touches(world.id_of())[0], lead_id=gone)

    assert deliver(world.services, records(News(gone, touch=touch))) == []
    assert world.services.store.totals()[MAILS] == 3
