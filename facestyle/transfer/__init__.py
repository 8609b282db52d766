"""The transfers: photographic looks by local energy, drawings and paintings by patches."""
