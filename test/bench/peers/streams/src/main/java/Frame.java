import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/** The two members of a frame that count; Jackson passes over the rest. */
@JsonIgnoreProperties(ignoreUnknown = true)
record Frame(double ts, String uid) {
  private static final ObjectReader READER = new ObjectMapper().readerFor(Frame.class);

  long tsMs() {
    return (long) (ts * 1000);
  }

  static Deserializer<Frame> deserializer() {
    return (topic, bytes) -> {
      try {
        return READER.readValue(bytes);
      } catch (IOException error) {
        throw new SerializationException("no frame", error);
      }
    };
  }
}
