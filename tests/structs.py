"""A Hypothesis strategy for any struct of the model, from its own types."""

from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

_PLAIN: dict[type[inspect.Type], st.SearchStrategy[Any]] = {
    inspect.NoneType: st.none(),
    inspect.BoolType: st.booleans(),
    # Lua's numbers are doubles.
    inspect.IntType: st.integers(-(2**53) + 1, 2**53 - 1),
    inspect.FloatType: st.floats(allow_nan=False, allow_infinity=False),
}


def instances(struct: type[msgspec.Struct], *, texts: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Any]:
    """Structs of that type with any values that their types allow."""
    return _of(inspect.type_info(struct), texts or st.text(st.characters(exclude_categories=["Cs"]), max_size=8))


def fields_of(struct: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    """The struct's fields, with their types."""
    described = inspect.type_info(struct)
    assert isinstance(described, inspect.StructType)
    return described.fields


def _of(kind: inspect.Type, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    plain = {**_PLAIN, inspect.StrType: texts}.get(type(kind))
    if plain is not None:
        return plain
    match kind:
        case inspect.EnumType(cls=cls):
            return st.sampled_from(list(cls))
        case inspect.VarTupleType(item_type=item):
            return st.lists(_of(item, texts), max_size=3).map(tuple)
        case inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(_of(key, texts), _of(value, texts), max_size=3)
        case inspect.UnionType(types=types):
            return st.one_of([_of(one, texts) for one in types])
    assert isinstance(kind, inspect.StructType), f"no strategy for {kind}"
    return st.builds(kind.cls, **{field.name: _of(field.type, texts) for field in kind.fields})
