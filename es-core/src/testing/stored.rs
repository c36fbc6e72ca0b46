use crate::app::App;
use crate::event::{Event, Partition, Position, RecordedEvent};
use crate::store::{EventStore, Filter};

/// Rows read at once.
const PAGE: usize = 1000;

/// Reads everything that an application has stored so far, for a test of the whole application:
/// one partition of its log after another, each in order.
///
/// ```standalone_crate
/// # use es_core::prelude::*;
/// # use es_core::testing::stored;
/// # #[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
/// # struct Rang { bell: String }
/// # #[derive(Command, Clone, Serialize, Deserialize)]
/// # struct Ring { bell: String }
/// # #[command_handler]
/// # fn ring(command: Ring, unit: UnitOfWork) { unit.publish(Rang { bell: command.bell }); }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let app = App::test().with::<ring>().start().await.unwrap();
/// app.commands().send(Ring { bell: "door".into() }).await.unwrap();
/// assert_eq!(stored(&app).await.names(), ["Rang"]);
/// assert_eq!(stored(&app).await.of::<Rang>(), [Rang { bell: "door".into() }]);
/// # }
/// ```
///
/// # Panics
/// The log cannot be read.
pub async fn stored(app: &App) -> Stored {
    let log = app.log();
    let mut rows = Vec::new();
    for partition in 0..log.capabilities().partitions {
        read(&**log, Partition(partition), &mut rows).await;
    }
    Stored(rows)
}

async fn read(log: &dyn EventStore, partition: Partition, rows: &mut Vec<RecordedEvent>) {
    let mut after = Position::default();
    loop {
        let page = log.read(partition, after, &Filter::all(), PAGE).await;
        let page = page.unwrap_or_else(|error| panic!("{error}"));
        rows.extend(page.events);
        after = page.up_to;
        if after >= page.head {
            return;
        }
    }
}

/// The rows of a log, partition by partition, each in order.
#[derive(Debug)]
pub struct Stored(Vec<RecordedEvent>);

impl Stored {
    /// The stored names.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(|row| &*row.name).collect()
    }

    /// The events of one type, as they are today.
    ///
    /// # Panics
    /// One does not decode.
    #[must_use]
    #[track_caller]
    pub fn of<E: Event>(&self) -> Vec<E> {
        let events =
            self.0.iter().map(|row| row.events().unwrap_or_else(|error| panic!("{error}")));
        events.flatten().collect()
    }

    /// The rows with all that is stored beside the event: position, stream, metadata, time.
    #[must_use]
    pub fn rows(&self) -> &[RecordedEvent] {
        &self.0
    }
}
