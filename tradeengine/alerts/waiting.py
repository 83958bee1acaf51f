"""
A bounded line in front of a channel.

The most urgent leave first, the oldest of them before the others. When the line is
full, the oldest of the least urgent gives way - information before warnings - and the
caller is told which. Criticals never give way, so a line that holds nothing else may
grow beyond its bound.
"""

from collections.abc import Iterator

from tradeengine.alerts.alert import Post


class Waiting:
    """Posts that wait for their turn, at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._posts: list[Post] = []
        self.high_water = 0

    def __len__(self) -> int:
        return len(self._posts)

    def __iter__(self) -> Iterator[Post]:
        return iter(self._posts)

    def put(self, post: Post) -> Post | None:
        """Add a post; give the one that had to leave for it, if any (it may be the same)."""
        self._posts.append(post)
        self.high_water = max(self.high_water, len(self._posts))
        if len(self._posts) <= self._limit:
            return None
        mortal = [waiting for waiting in self._posts if not waiting.alert.is_critical]
        if not mortal:
            return None
        # `min` gives the first of equals, and the line is in order of arrival.
        leaves = min(mortal, key=lambda waiting: waiting.alert.rank)
        self._posts.remove(leaves)
        return leaves

    def take(self, now: int) -> Post | None:
        """Take out the most urgent post that is due, or None."""
        ready = [post for post in self._posts if post.due <= now]
        if not ready:
            return None
        taken = max(ready, key=lambda post: post.alert.rank)
        self._posts.remove(taken)
        return taken

    def next_due(self) -> int | None:
        """Give the instant at which the first post is due, or None if there is none."""
        return min((post.due for post in self._posts), default=None)
