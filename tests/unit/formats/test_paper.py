"""What stands on a ticket: enough to find the way, and nothing of who somebody is."""

import msgspec
import pytest

from queueflow.formats.paper import Mark, current, paper_of
from queueflow.model.ids import ClinicId, RoomId
from queueflow.model.live_state import Place
from queueflow.model.ticket import Ticket, TicketState, Wait
from tests.unit.formats.visits import FACILITY, LINK, MORNING, SIX, VISIT, WORDS, paper, record, stop, waiting

S = TicketState


def test_a_ticket_says_where_to_go_how_many_are_ahead_and_how_long_it_takes() -> None:
    made = paper()
    assert (made.facility, made.number) == ("Bệnh viện Đa khoa tỉnh Mẫu", "A012")
    assert made.issued == "25/11/2026  07:41"
    assert made.place == ("Phòng khám Nội tổng hợp 1", "Nhà A, tầng 1, rẽ trái ở sảnh")
    assert [(fact.label, fact.value) for fact in made.facts] == [
        ("Số người đang chờ trước", "3"),
        ("Thời gian chờ dự kiến", "5–20 phút"),
    ]
    assert (made.state, made.printed, made.way, made.link) == ("", "", (), LINK)


def test_it_speaks_the_patients_language() -> None:
    made = paper(*SIX, language="en")
    assert made.language == "en"
    assert made.heading == "Your number"
    assert made.place[0] == "Internal medicine 1"
    assert made.way[2].name == "Blood test"


def test_the_whole_way_is_done_now_and_next_in_its_order() -> None:
    assert [(one.mark, one.note) for one in paper(*SIX).way] == [
        (Mark.DONE, "Đã xong"),
        (Mark.BACK, "Quay lại đây sau các bước khác"),
        (Mark.NOW, "Đang chờ"),
        (Mark.NEXT, "Sắp tới · bước nào trước cũng được"),
        (Mark.NEXT, "Xin đóng tiền trước"),
        (Mark.NEXT, "Nhân viên sẽ báo khi đến lượt"),
    ]


def test_any_order_is_said_only_while_there_is_another_to_choose() -> None:
    both = (stop(1, "blood-test", S.DONE, group="x:1"), stop(2, "x-ray", S.PLANNED, group="x:1"))
    assert paper(*both).way[1].note == "Sắp tới"


def test_a_later_printing_says_when_the_line_was_counted() -> None:
    assert paper(later_ms=119_000).printed == ""
    assert paper(later_ms=50 * 60_000).printed == "(in lúc 08:31)"


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        ((0, 0), "dưới 5 phút"),
        ((299, 301), "dưới 10 phút"),
        ((300, 300), "5–10 phút"),
        ((3000, 3600), "50–60 phút"),
        ((3000, 3601), "50–70 phút"),
    ],
)
def test_a_wait_is_a_range_that_promises_no_more_than_is_known(wait: tuple[int, int], said: str) -> None:
    known = msgspec.structs.replace(record(waiting()), place=Place(waiting().id, 1, Wait(*wait)))
    made = paper_of(known, FACILITY, words=WORDS["vi"], language="vi", link=LINK, now_ms=MORNING)
    assert [fact.value for fact in made.facts] == ["Không có ai", said]


def test_a_sensitive_clinic_stands_under_its_neutral_name() -> None:
    made = paper(waiting(clinic=ClinicId("quiet")))
    assert made.place == ("Phòng tư vấn 5",)
    assert "HIV" not in str(made)


def test_nothing_tells_who_somebody_is_or_why_they_are_ahead() -> None:
    for journey in ((waiting(),), SIX):
        said = str(paper(*journey))
        for secret in ("NAME", "pregnant", "elderly", "921", "priority"):
            assert secret not in said


def test_who_is_called_is_told_the_room() -> None:
    made = paper(_called())
    assert made.state == "Mời vào Phòng 101!"
    assert made.place == ("Phòng khám Nội tổng hợp 1", "Phòng 101", "Nhà A, tầng 1, rẽ trái ở sảnh")
    assert made.facts == ()


def _called() -> Ticket:
    return stop(1, "internal-medicine", S.CALLED, clinic=ClinicId("internal-1"), room=RoomId("a101"))


@pytest.mark.parametrize(
    ("journey", "state"),
    [
        (
            (stop(1, "x-ray", S.DONE), stop(2, "x-ray", S.CANCELLED)),
            "Lượt khám hôm nay đã xong. Chúc ông/bà mạnh khỏe!",
        ),
        ((stop(1, "x-ray", S.CANCELLED, ended_reason="rude-to-staff"),), "Đã hủy"),
        ((stop(1, "x-ray", S.CANCELLED, ended_reason="day-closed"),), "Đã hủy: hôm nay đã hết giờ khám"),
        (
            (stop(1, "x-ray", S.NO_SHOW), stop(2, "payment", S.PLANNED)),
            "Đã gọi nhưng vắng mặt. Xin đến quầy tiếp đón.",
        ),
        ((stop(1, "x-ray", S.PLANNED, waits_for=("payment",)),), "Xin đóng tiền trước"),
        ((stop(1, "x-ray", S.SUSPENDED, waits_for=("result",)), stop(2, "payment", S.DONE)), "Chờ có kết quả"),
    ],
)
def test_a_ticket_printed_again_says_what_became_of_it(journey: tuple[Ticket, ...], state: str) -> None:
    made = paper(*journey)
    assert made.state == state
    assert made.place == made.facts == ()


def test_the_stop_that_matters_is_where_the_patient_is_else_what_comes_first() -> None:
    assert current(SIX).id == f"{VISIT}-3"
    tests_first = (stop(1, "x-ray", S.SUSPENDED), stop(2, "blood-test", S.PLANNED, waits_for=("payment",)))
    assert current(tests_first).id == f"{VISIT}-2"


def test_every_state_of_a_stop_has_a_mark_and_words_in_every_language() -> None:
    for words in WORDS.values():
        for state in TicketState:
            record_of = record(stop(1, "x-ray", state), stop(2, "x-ray", state))
            made = paper_of(record_of, FACILITY, words=words, language="en", link=LINK, now_ms=MORNING)
            assert all(one.note for one in made.way), state
