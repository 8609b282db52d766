"""Numba without SciPy's linear algebra, which no kernel uses: a quarter of a second less to wait.

To register its array functions Numba tries whether there is a BLAS, by importing `scipy.linalg`.
That import waits here until something compiled multiplies matrices: Numba asks again then.
"""


def load_array_functions() -> None:
    """Import Numba's array functions, which the first kernel would do, without SciPy's BLAS."""
    import numba.np.linalg as linalg

    ensure_blas = getattr(linalg, "ensure_blas", None)
    if ensure_blas is None:  # another Numba: nothing is won, nothing lost
        return
    linalg.ensure_blas = _later
    try:
        import numba.np.arraymath as arraymath
    finally:
        linalg.ensure_blas = ensure_blas
    if "ensure_blas" in vars(arraymath):
        vars(arraymath)["ensure_blas"] = ensure_blas


def _later() -> None:
    """SciPy is a dependency: its BLAS is there."""
