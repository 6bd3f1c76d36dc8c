import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.WindowStore;

/** From records by user, those that are the user's first in a window; their key is its kind. */
final class FirstOfWindow implements Processor<String, byte[], String, byte[]> {
  static final byte[] SEEN = {1};

  private final Duration grace;
  private final Map<Window, WindowStore<String, byte[]>> stores = new EnumMap<>(Window.class);
  private ProcessorContext<String, byte[]> context;

  FirstOfWindow(Duration grace) {
    this.grace = grace;
  }

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
    for (Window window : Window.values()) stores.put(window, context.getStateStore(window.users));
  }

  @Override
  public void process(Record<String, byte[]> record) {
    stores.forEach((window, store) -> {
      long startMs = window.startOf(record.timestamp());
      long closesMs = startMs + window.size.plus(grace).toMillis();
      if (closesMs <= context.currentStreamTimeMs()) return; // late
      if (store.fetch(record.key(), startMs) != null) return;
      store.put(record.key(), SEEN, startMs);
      context.forward(record.withKey(window.name()));
    });
  }
}
