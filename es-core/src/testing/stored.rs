use crate::app::App;
use crate::event::{Event, Partition, Position, RecordedEvent};
use crate::store::Filter;

/// Rows read at once.
const PAGE: usize = 1000;

/// Reads everything that an application has stored so far, for a test of the whole application.
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
    let mut rows = Vec::new();
    let mut after = Position::default();
    loop {
        let page = app.log().read(Partition::default(), after, &Filter::all(), PAGE).await;
        let page = page.unwrap_or_else(|error| panic!("{error}"));
        rows.extend(page.events);
        after = page.up_to;
        if after >= page.head {
            return Stored(rows);
        }
    }
}

/// The rows of a log, in order.
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
