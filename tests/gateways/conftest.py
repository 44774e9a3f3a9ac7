from tests.gateways.worlds import fake_stripe, world

__all__ = ["fake_stripe", "world"]
