from tests.purity import no_sockets

__all__ = ["no_sockets"]
