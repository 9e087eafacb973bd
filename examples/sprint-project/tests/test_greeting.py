import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from app.greeting import greet, health


class Greeting(unittest.TestCase):
    def test_everybody_is_named(self) -> None:
        assert greet(["Ana", "Noor", "Tomas"]) == "Hello, Ana, Noor and Tomas."

    def test_nobody_is_left_out(self) -> None:
        assert greet([]) == "Hello, whoever you are."

    def test_it_works(self) -> None:
        assert health()["healthy"]


if __name__ == "__main__":
    unittest.main()
