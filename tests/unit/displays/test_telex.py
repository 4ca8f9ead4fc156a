import unicodedata

import pytest

from tests.unit.displays.conftest import Run

pytestmark = pytest.mark.browser

TYPED = {
    "nguyeenx": "nguyễn",
    "nguyenex": "nguyễn",
    "NGUYEENX": "NGUYỄN",
    "Hoangf": "Hoàng",
    "Hoafng": "Hoàng",
    "Phuwowng": "Phương",
    "Phuowngj": "Phượng",
    "Quynhf": "Quỳnh",
    "Quyfnh": "Quỳnh",
    "Ddawngj": "Đặng",
    "DDaarng": "Đẩng",
    "Thuyr": "Thủy",
    "Giangs": "Giáng",
    "Gias": "Giá",
    "Thij": "Thị",
    "Lys": "Lý",
    "Uwngs": "Ứng",
    "Nuws": "Nứ",
    "Khuyeens": "Khuyến",
    "hoas": "hóa",
    "hoasn": "hoán",
    "mias": "mía",
    "toanf": "toàn",
    "Thuaaj": "Thuậ",
    "asz": "a",
    "ass": "as",
    "aaa": "aa",
    "ddd": "dd",
    "Trần Vawn Tus": "Trần Văn Tú",
    "Vix": "Vĩ",
    "Vixx": "Vix",
    "quyeets": "quyết",
    "huyeenj": "huyện",
    "Uyeen": "Uyên",
    "Smith": "Smith",
}


def test_what_is_typed_in_telex_becomes_vietnamese(run: Run) -> None:
    type_all = "(m, all) => all.map((keys) => Array.from(keys).reduce(m.telex, ''))"
    typed = run("kiosk/telex.js", type_all, list(TYPED))
    assert dict(zip(TYPED, typed, strict=True)) == TYPED


def test_what_is_typed_is_composed(run: Run) -> None:
    typed = run("kiosk/telex.js", "(m) => Array.from('Nguyeenx Thij Ddawngj').reduce(m.telex, '')")
    assert typed == unicodedata.normalize("NFC", typed) == "Nguyễn Thị Đặng"


def test_names_get_capitals_by_themselves(run: Run) -> None:
    typed = run("kiosk/keyboard.js", "(m) => Array.from('nguyeenx ddawngj anhr').reduce(m.typeLetter, '')")
    assert typed == "Nguyễn Đặng Ảnh"
