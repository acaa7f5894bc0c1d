"""EINSUM."""

from . import Case

CASES = (
    Case(
        'INPUT 4x3x6 -> EINSUM "h t d, h s d -> h t s" [ID, ID]', (4, 3, 3), 0, 216, "4*3*3*6 products",
        "torch.einsum('ndht,ndhs->nsht', x, x)",
    ),
    Case(
        'INPUT 4x6 -> EINSUM "t in, in out -> out t" [ID, PARAM 6x5]', (5, 4), 0, 120, "4*6*5 products",
        "torch.einsum('nit,moi->nto', *xs)",
    ),
    Case(
        'INPUT 4x6 -> EINSUM "t d, s d -> s" [ID, ID]', (4,), 0, 96, "4*4*6 products",
        "torch.einsum('ndt,nds->ns', x, x)",
    ),
)  # fmt: skip
