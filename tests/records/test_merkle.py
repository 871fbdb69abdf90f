"""Trees against the definitions of RFC 6962, section 2.1, written down as they stand there; proofs against known ones."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.exceptions import InvalidInput, RecordsError
from supportflow.records import (
    check_consistency,
    check_inclusion,
    consistency_proof,
    grown,
    inclusion_proof,
    leaf_hash,
    read_bundle,
    subtree_of,
    tiles_of,
    tree_hash,
    write_bundle,
)
from supportflow.records.tiles import ENTRIES, Tile

# The published example of a tree of eight entries, as the Certificate Transparency projects have it.
ENTRIES_OF_8 = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
TOPS = [
    bytes.fromhex(one)
    for one in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
INCLUSION = {
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
CONSISTENCY = {
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
    (6, 7): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
}


# --- the definitions, as naive as they stand in the RFC --------------------------------------------


def mth(entries):
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    k = power_below(len(entries))
    return hashlib.sha256(b"\1" + mth(entries[:k]) + mth(entries[k:])).digest()


def power_below(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m, entries):
    if len(entries) == 1:
        return []
    k = power_below(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m, entries, whole):
    n = len(entries)
    if m == n:
        return [] if whole else [mth(entries)]
    k = power_below(n)
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


class Tree:
    """A tree in tiles that are kept in a dictionary, grown by steps."""

    def __init__(self, *steps):
        self.files, self.size = {}, 0
        for entries in steps:
            self.files.update({tile.path: data for tile, data in grown(self.size, entries, self.read)})
            self.size += len(entries)

    def read(self, tile):
        return self.files[tile.path]

    @property
    def subtree(self):
        return subtree_of(self.size, self.read)


def entries_of(size):
    return [b"entry %d" % number for number in range(size)]


sizes = st.one_of(st.integers(1, 40), st.integers(250, 270), st.sampled_from([511, 512, 513, 600]))


@settings(max_examples=40)
@given(st.data(), sizes)
def test_proofs_from_tiles_are_those_of_the_rfc(data, size):
    entries = entries_of(size)
    cut = data.draw(st.integers(0, size))
    tree = Tree(entries[:cut], entries[cut:])
    assert tree_hash(size, tree.subtree) == mth(entries)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, tree.subtree)
    assert list(proof) == path(index, entries)
    check_inclusion(index, size, leaf_hash(entries[index]), proof, mth(entries))
    before = data.draw(st.integers(0, size))
    proof = consistency_proof(before, size, tree.subtree)
    assert list(proof) == (subproof(before, entries, True) if 0 < before < size else [])
    check_consistency(before, size, proof, mth(entries[:before]), mth(entries))


@settings(max_examples=30)
@given(st.data(), st.integers(2, 40))
def test_a_proof_holds_for_nothing_but_what_it_was_made_for(data, size):
    entries = entries_of(size)
    tree = Tree(entries)
    index, before = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    top, old = mth(entries), mth(entries[:before])
    included = inclusion_proof(index, size, tree.subtree)
    consistent = consistency_proof(before, size, tree.subtree)
    bit = data.draw(st.integers(0, 255))

    def flipped(one):
        return (int.from_bytes(one) ^ 1 << bit).to_bytes(32)

    def variants(proof):
        yield proof[:-1] if proof else (top,)
        yield (*proof, top)
        yield (top, *proof)
        yield tuple(one[:31] for one in proof) or (b"short",)
        for place in range(len(proof)):
            yield (*proof[:place], flipped(proof[place]), *proof[place + 1 :])

    leaf = leaf_hash(entries[index])
    for proof in variants(included):
        with pytest.raises(RecordsError):
            check_inclusion(index, size, leaf, proof, top)
    for wrong in [(index, size, flipped(leaf), included, top), (index, size, leaf, included, flipped(top))]:
        with pytest.raises(RecordsError):
            check_inclusion(*wrong)
    for other in {(index + 1) % size, size, -1} - {index}:
        with pytest.raises(RecordsError):
            check_inclusion(other, size, leaf, included, top)
    for proof in variants(consistent):
        with pytest.raises(RecordsError):
            check_consistency(before, size, proof, old, top)
    for wrong in [
        (before, size, consistent, flipped(old), top),
        (before, size, consistent, old, flipped(top)),
    ]:
        with pytest.raises(RecordsError):
            check_consistency(*wrong)


def test_trees_that_say_nothing_or_the_same():
    empty = hashlib.sha256(b"").digest()
    assert tree_hash(0, Tree().subtree) == empty
    check_consistency(0, 8, (), empty, TOPS[7])
    check_consistency(8, 8, (), TOPS[7], TOPS[7])
    for wrong in [
        (0, 8, (), TOPS[0], TOPS[7]),
        (0, 8, (TOPS[0],), empty, TOPS[7]),
        (8, 8, (), TOPS[6], TOPS[7]),
        (8, 7, (), TOPS[7], TOPS[6]),
        (-1, 7, (), TOPS[7], TOPS[6]),
        (1, 8, (TOPS[0],) * 65, TOPS[0], TOPS[7]),
    ]:
        with pytest.raises(RecordsError):
            check_consistency(*wrong)
    with pytest.raises(RecordsError, match="no entry"):
        check_inclusion(0, 0, leaf_hash(b""), (), empty)
    for index, size in [(8, 8), (-1, 8), (0, 0)]:
        with pytest.raises(InvalidInput):
            inclusion_proof(index, size, Tree(ENTRIES_OF_8).subtree)
    for before in (9, -1):
        with pytest.raises(InvalidInput):
            consistency_proof(before, 8, Tree(ENTRIES_OF_8).subtree)


def test_the_published_tree_of_eight_entries():
    for size, top in enumerate(TOPS, 1):
        assert tree_hash(size, Tree(ENTRIES_OF_8[:size]).subtree) == top
    for (index, size), proof in INCLUSION.items():
        known = tuple(map(bytes.fromhex, proof))
        assert inclusion_proof(index, size, Tree(ENTRIES_OF_8[:size]).subtree) == known
        check_inclusion(index, size, leaf_hash(ENTRIES_OF_8[index]), known, TOPS[size - 1])
    for (before, size), proof in CONSISTENCY.items():
        known = tuple(map(bytes.fromhex, proof))
        assert consistency_proof(before, size, Tree(ENTRIES_OF_8[:size]).subtree) == known
        check_consistency(before, size, known, TOPS[before - 1], TOPS[size - 1])


def test_a_tree_has_the_same_tiles_however_it_grew():
    entries = entries_of(1_000)
    whole = Tree(entries)
    steps = Tree(*(entries[at : at + 37] for at in range(0, 1_000, 37)))
    wanted = [tile for level in (ENTRIES, 0, 1) for tile in tiles_of(1_000, level)]
    assert [tile.path for tile in wanted] == [
        "tile/entries/000", "tile/entries/001", "tile/entries/002", "tile/entries/003.p/232",
        "tile/0/000", "tile/0/001", "tile/0/002", "tile/0/003.p/232",
        "tile/1/000.p/3",
    ]  # fmt: skip
    assert {tile.path: steps.files[tile.path] for tile in wanted} == whole.files
    assert not list(grown(1_000, [], whole.read))


def test_paths_are_those_of_the_specification():
    assert Tile(0, 1_234_067, 256).path == "tile/0/x001/x234/067"
    assert Tile(ENTRIES, 5, 3).path == "tile/entries/005.p/3"
    assert [tile.path for tile in tiles_of(70_000, 2)] == ["tile/2/000.p/1"]
    assert [tile.path for tile in tiles_of(256, 1)] == ["tile/1/000.p/1"]
    assert [tile.path for tile in tiles_of(512, 0)] == ["tile/0/000", "tile/0/001"]
    assert [tile.path for tile in tiles_of(70_000, 1)] == ["tile/1/000", "tile/1/001.p/17"]


def test_a_bundle_is_read_whole_or_not_at_all():
    entries = [b"", b"a", b"b" * 65_535]
    data = write_bundle(entries)
    assert read_bundle(data, 3) == entries
    for wrong, width in [(data, 2), (data[:-1], 3), (data[:1], 1), (data + b"\0", 3), (b"", 1)]:
        with pytest.raises(RecordsError):
            read_bundle(wrong, width)
    with pytest.raises(InvalidInput):
        write_bundle([b"c" * 65_536])
