// Users per minute of NDJSON by simdjson, as one would write it for speed. The bench compiles it:
//
//   g++ -std=c++17 -O3 -march=native simdjson.cpp -lsimdjson -o simdjson
//   ./simdjson MODE [FILE]        prints "start users" per minute; without FILE reads standard input
//
//   dom       builds the tree of every line (the whole grammar is checked); the last of a repeated
//             key wins, as in JSON.parse
//   all       on-demand, walks all members of the root; the last of a repeated key wins. Members
//             that are passed over are hardly checked.
//   first     on-demand, stops after both keys; the first of a repeated key wins
//
// Blocks of 256 KiB of whole lines, each indexed at once by iterate_many/parse_many, in one thread (no -pthread):
// that keeps short lines cheap and memory small. Fingerprints lie in an open-addressed table, since
// std::unordered_set would be most of the time at 60 bytes a line. A line that is not a frame
// ends the run: the bench's input has none.
#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

using namespace simdjson;

static void fail(const char *what) {
  std::fprintf(stderr, "simdjson: %s\n", what);
  std::exit(1);
}

class Users {
  std::vector<uint64_t> slots = std::vector<uint64_t>(1024); // 0: empty
  size_t count_ = 0;

public:
  size_t count() const { return count_; }
  void add(uint64_t hash) {
    hash |= hash == 0;
    size_t mask = slots.size() - 1, at = hash & mask;
    for (; slots[at] != 0; at = (at + 1) & mask)
      if (slots[at] == hash) return;
    slots[at] = hash;
    if (++count_ * 4 < slots.size() * 3) return;
    std::vector<uint64_t> old(slots.size() * 2);
    old.swap(slots);
    count_ = 0;
    for (uint64_t each : old)
      if (each != 0) add(each);
  }
};

static std::map<int64_t, Users> minutes;
static Users *current = nullptr;
static int64_t current_minute = 0;

static void count(double ts, std::string_view uid) {
  int64_t minute = int64_t(std::floor(ts / 60));
  if (current == nullptr || minute != current_minute) {
    current = &minutes[minute];
    current_minute = minute;
  }
  current->add(std::hash<std::string_view>{}(uid));
}

static double seconds_of(std::string_view text) { // a view into a longer buffer: copied to end it
  char copy[64] = {};
  text.copy(copy, sizeof copy - 1);
  return std::strtod(copy, nullptr);
}

enum class Key { uid, ts, other };

static Key key_of(std::string_view key) {
  return key == "uid" ? Key::uid : key == "ts" ? Key::ts : Key::other;
}

// The key as it is spelled: only one with a backslash among its first characters must be decoded.
static Key key_of(ondemand::field &field) {
  const char *raw = field.key().raw();
  if (raw[0] != 'u' && raw[0] != 't' && raw[0] != '\\') return Key::other;
  if (std::memcmp(raw, "uid\"", 4) == 0) return Key::uid;
  if (std::memcmp(raw, "ts\"", 3) == 0) return Key::ts;
  for (int i = 0; i < 3 && raw[i] != '"'; i++)
    if (raw[i] == '\\') return key_of(std::string_view(field.unescaped_key()));
  return Key::other;
}

struct OnDemand {
  ondemand::parser parser;
  bool stops_early;
  explicit OnDemand(bool stops_early) : stops_early(stops_early) {}

  void block(const char *bytes, size_t length, size_t capacity) {
    ondemand::document_stream lines = parser.iterate_many(bytes, length, capacity);
    for (auto line : lines) {
      std::string_view uid;
      double ts = NAN;
      bool has_uid = false;
      for (auto each : line.get_object()) {
        ondemand::field field;
        if (std::move(each).get(field)) fail("a line is not JSON");
        Key key = key_of(field);
        if (key == Key::other) continue;
        ondemand::value value = field.value();
        if (key == Key::uid) {
          uid = value.get_string();
          has_uid = true;
        } else {
          bool is_text = ondemand::json_type(value.type()) == ondemand::json_type::string;
          ts = is_text ? seconds_of(value.get_string()) : double(value.get_double());
        }
        if (stops_early && has_uid && !std::isnan(ts)) break;
      }
      if (!has_uid || std::isnan(ts)) fail("a line is not a frame");
      count(ts, uid);
    }
  }
};

struct Dom {
  dom::parser parser;

  void block(const char *bytes, size_t length, size_t capacity) {
    dom::document_stream lines = parser.parse_many(bytes, length, capacity);
    for (auto line : lines) {
      dom::element uid, ts;
      int found = 0;
      for (dom::key_value_pair member : dom::object(line.get_object())) {
        Key key = key_of(member.key);
        if (key == Key::uid) uid = member.value, found |= 1;
        if (key == Key::ts) ts = member.value, found |= 2;
      }
      if (found != 3) fail("a line is not a frame");
      count(ts.is_string() ? seconds_of(ts.get_string()) : double(ts.get_double()), uid.get_string());
    }
  }
};

template <typename Reader> static void read_all(int input, Reader &reader) {
  const size_t capacity = 1 << 18;
  std::vector<char> buffer(capacity + SIMDJSON_PADDING);
  for (size_t held = 0;;) {
    ssize_t got = ::read(input, buffer.data() + held, capacity - held);
    if (got < 0) fail("cannot read");
    held += size_t(got);
    if (got > 0 && held < capacity) continue; // a pipe gives less than was asked for
    size_t whole = held;
    while (got > 0 && whole > 0 && buffer[whole - 1] != '\n') whole--;
    if (whole == 0 && got > 0) fail("a line is longer than a block");
    if (whole > 0) reader.block(buffer.data(), whole, capacity);
    if (got == 0) return;
    held -= whole;
    std::memmove(buffer.data(), buffer.data() + whole, held);
  }
}

int main(int argc, char **argv) {
  std::string_view mode = argc > 1 ? argv[1] : "";
  int input = argc > 2 ? ::open(argv[2], O_RDONLY) : 0;
  if (input < 0) fail("cannot open the file");
  if (mode == "dom") {
    Dom reader;
    read_all(input, reader);
  } else if (mode == "all" || mode == "first") {
    OnDemand reader(mode == "first");
    read_all(input, reader);
  } else fail("expected a mode: dom, all or first");
  for (auto &[minute, users] : minutes)
    std::printf("%lld %zu\n", (long long)minute * 60, users.count());
}
