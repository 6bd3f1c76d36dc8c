import static org.apache.kafka.streams.state.Stores.persistentWindowStore;
import static org.apache.kafka.streams.state.Stores.windowStoreBuilder;

import java.io.FileReader;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.kstream.TimeWindows;

/**
 * Counts the unique users of each minute and day exactly, the way of Kafka Streams: frames go by
 * user through a topic, of each user a window store knows the windows, and what is a user's first
 * goes by kind of window through another topic to be counted. Each change of a number is a result.
 *
 *   java -cp classes:jars/* UniqueUsers streams.properties FRAMES RESULTS GRACE_SECONDS
 */
final class UniqueUsers {
  private static final Serde<String> TEXT = Serdes.String();
  private static final Serde<byte[]> BYTES = Serdes.ByteArray();

  private UniqueUsers() {}

  public static void main(String[] args) throws IOException {
    Properties properties = new Properties();
    try (FileReader file = new FileReader(args[0])) {
      properties.load(file);
    }
    Duration grace = Duration.ofSeconds(Long.parseLong(args[3]));
    KafkaStreams streams = new KafkaStreams(topology(args[1], args[2], grace), properties);
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      return StreamThreadExceptionResponse.SHUTDOWN_APPLICATION;
    });
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
  }

  static Topology topology(String frames, String results, Duration grace) {
    StreamsBuilder builder = new StreamsBuilder();
    for (Window window : Window.values()) {
      Duration kept = window.size.plus(grace);
      builder.addStateStore(
          windowStoreBuilder(
              persistentWindowStore(window.users, kept, window.size, false), TEXT, BYTES));
    }
    String[] stores = Arrays.stream(Window.values()).map(window -> window.users).toArray(String[]::new);
    Serde<Frame> frame = Serdes.serdeFrom((topic, value) -> null, Frame.deserializer());
    KStream<String, byte[]> firsts = builder
        .stream(frames, Consumed.with(BYTES, frame).withTimestampExtractor(
            (message, partitionTime) -> ((Frame) message.value()).tsMs()))
        .map((key, value) -> KeyValue.pair(value.uid(), FirstOfWindow.SEEN))
        .repartition(Repartitioned.with(TEXT, BYTES).withName("by-user"))
        .process(() -> new FirstOfWindow(grace), stores);
    for (Window window : Window.values()) {
      firsts
          .filter((kind, seen) -> kind.equals(window.name()))
          .groupByKey(Grouped.with(window.name(), TEXT, BYTES))
          .windowedBy(TimeWindows.ofSizeAndGrace(window.size, grace))
          .count(Materialized.as(window.count))
          .toStream()
          .map((key, users) -> KeyValue.pair(
              window.name(), window.result(key.window().start(), users)))
          .to(results, Produced.with(TEXT, TEXT));
    }
    return builder.build();
  }
}
