from tests.gateways.worlds import fake_przelewy24, fake_stripe, world

__all__ = ["fake_przelewy24", "fake_stripe", "world"]
