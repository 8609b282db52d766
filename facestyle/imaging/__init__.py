"""Operations on pictures: color spaces, pyramids, guided filter, resizing."""
