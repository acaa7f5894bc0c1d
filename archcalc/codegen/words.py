"""Names that Python takes, and names that are taken."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Container, Iterable
from itertools import chain, count

BUILTINS = frozenset(dir(builtins))

MODULE = frozenset(
    """
    add_module append apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval
    extend extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half insert ipu
    load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters pop
    register_backward_hook register_buffer register_forward_hook register_forward_pre_hook
    register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook
    register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to to_empty
    train training type xpu zero_grad
    """.split()  # noqa: SIM905 - a list of as many strings would take a page
)
"""What PyTorch's modules, sequences and lists call their own attributes."""


def plain(name: str) -> bool:
    """Whether a name can follow a dot."""
    return name.isidentifier() and not keyword.iskeyword(name)


def identifier(words: str, avoid: Iterable[str] = ()) -> str:
    """A name that Python takes and that none of `avoid` is.

    >>> identifier("layer1.0"), identifier("in"), identifier("ops", {"ops"})
    ('layer1_0', 'in_', 'ops_')
    """
    name = "".join(sign if sign.isalnum() or sign == "_" else "_" for sign in words)
    if not name or name[0].isdigit():
        name = f"_{name}"
    while keyword.iskeyword(name) or name in avoid:
        name += "_"
    return name


def fresh(name: str, taken: Container[str]) -> str:
    """The name, with a number if it is taken.

    >>> fresh("Block", {"Block", "Block2"})
    'Block3'
    """
    options = chain((name,), (f"{name}{number}" for number in count(2)))
    return next(option for option in options if option not in taken)


def inputs(names: Iterable[str], avoid: Iterable[str]) -> tuple[str, ...]:
    """Names for what goes into a block, each once."""
    found: list[str] = []
    for name in names:
        found.append(identifier(name, {*avoid, *found}))
    return tuple(found)
