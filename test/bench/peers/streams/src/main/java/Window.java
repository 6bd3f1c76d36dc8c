import java.time.Duration;

/** A kind of window, and the names of what belongs to it. */
enum Window {
  minute(Duration.ofMinutes(1)),
  day(Duration.ofDays(1));

  final Duration size;
  final String users = name() + "-users";
  final String count = name() + "-count";

  Window(Duration size) {
    this.size = size;
  }

  long startOf(long ms) {
    return ms - ms % size.toMillis();
  }

  /** What the topic of results gets. */
  String result(long startMs, long users) {
    return "{\"window\":\"%s\",\"start\":%d,\"users\":%d}".formatted(name(), startMs / 1000, users);
  }
}
