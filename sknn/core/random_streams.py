"""Random numbers of several networks at once, with a separate stream for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray


class MemberGenerator(Generator):
    """Fills arrays with a leading axis of members, each part from the generator of its member.

    So a member draws the same numbers whichever other ones are drawn for. What layers of sknn ask
    for is split up in this way, ``random`` and ``standard_normal`` into an array; everything else
    comes from the stream of the first member.

    Parameters
    ----------
    members : sequence of Generator
    """

    def __init__(self, members: Sequence[Generator]) -> None:
        super().__init__(members[0].bit_generator)
        self.members = tuple(members)

    def random(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """Draw from [0, 1)."""
        if not self._is_theirs(out):
            return self.members[0].random(size, dtype, out)
        for generator, part in zip(self.members, out, strict=True):
            generator.random(dtype=dtype, out=part)
        return out

    def standard_normal(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """Draw from the normal distribution of mean 0 and standard deviation 1."""
        if not self._is_theirs(out):
            return self.members[0].standard_normal(size, dtype, out)
        for generator, part in zip(self.members, out, strict=True):
            generator.standard_normal(dtype=dtype, out=part)
        return out

    def _is_theirs(self, out: NDArray | None) -> bool:
        return out is not None and out.ndim > 1 and len(out) == len(self.members)

    def __reduce__(self) -> Any:
        """Pickle the generators of all members."""
        return type(self), (self.members,)


class SharedGenerator(Generator):
    """Fills arrays with a leading axis of members with the same numbers for each of them.

    So networks of one seed have the noise each would have alone. What is no array of all members is
    drawn as by any generator.

    Parameters
    ----------
    generator : Generator
        Its stream continues as if one network drew from it.
    """

    def __init__(self, generator: Generator) -> None:
        super().__init__(generator.bit_generator)

    def random(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """Draw from [0, 1)."""
        if out is None:
            return super().random(size, dtype)
        super().random(dtype=dtype, out=out[0])
        out[1:] = out[0]
        return out

    def standard_normal(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """Draw from the normal distribution of mean 0 and standard deviation 1."""
        if out is None:
            return super().standard_normal(size, dtype)
        super().standard_normal(dtype=dtype, out=out[0])
        out[1:] = out[0]
        return out

    def __reduce__(self) -> Any:
        """Pickle the generator that is shared."""
        return type(self), (Generator(self.bit_generator),)


def of_members(rng: Generator, array: NDArray) -> list[tuple[Generator, NDArray]]:
    """Return an array in the parts that come from one generator each."""
    if isinstance(rng, MemberGenerator) and rng._is_theirs(array):
        return list(zip(rng.members, array, strict=True))
    return [(rng, array)]
