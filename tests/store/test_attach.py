from tests.store.hall import Hall


async def test_the_first_worker_begins_an_epoch_and_the_others_find_it(hall: Hall) -> None:
    first = await hall.attach("store-1", "epoch-1")
    second = await hall.attach("store-1", "epoch-2")
    assert (first.epoch, first.changed) == ("epoch-1", True)
    assert (second.epoch, second.changed) == ("epoch-1", False)


async def test_another_store_than_before_begins_a_new_epoch_at_the_next_offset(hall: Hall) -> None:
    await hall.attach("store-1", "epoch-1")
    before = (await hall.check_in()).offset
    after = await hall.attach("store-2", "epoch-2")
    assert (after.epoch, after.changed, after.offset) == ("epoch-2", True, before)
    result = await hall.check_in()
    assert (result.epoch, result.offset) == ("epoch-2", before + 1)
