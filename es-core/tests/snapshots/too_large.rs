//! A state that is too large for a snapshot gets none, and works all the same.

use es_core::store::SnapshotStore as _;

use super::warnings::Warnings;
use super::*;

/// The largest snapshot that is written.
const LIMIT_BYTES: usize = 16 * 1024 * 1024;

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Fill {
    #[target]
    pub id: String,
    pub letters: usize,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Filled {
    pub id: String,
    pub letters: usize,
}

/// A scroll with so many letters, of which a snapshot has each.
#[aggregate(snapshot, snapshot_every = 2)]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Scroll {
    #[aggregate_identifier]
    pub id: String,
    #[serde(serialize_with = "written", deserialize_with = "read")]
    pub letters: usize,
}

#[aggregate]
impl Scroll {
    #[command_handler]
    fn fill(_: Option<&Self>, command: Fill) -> Filled {
        Filled { id: command.id, letters: command.letters }
    }

    #[event_sourcing_handler]
    fn on_filled(&mut self, event: &Filled) {
        self.id.clone_from(&event.id);
        self.letters = event.letters;
    }
}

fn written<S: serde::Serializer>(letters: &usize, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&"x".repeat(*letters))
}

fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    String::deserialize(deserializer).map(|text| text.len())
}

async fn scrolls_on(log: &Arc<ObservedLog>) -> App {
    let log = Arc::clone(log) as Arc<dyn EventStore>;
    App::test().store(log).with::<Scroll>().start().await.unwrap()
}

fn fill(letters: usize) -> Fill {
    Fill { id: "s".to_owned(), letters }
}

#[tokio::test]
async fn a_state_beyond_the_limit_gets_none_and_is_folded_from_its_events() {
    let log = Arc::new(ObservedLog::default());
    let empty = serde_json::to_vec(&Scroll { id: "s".to_owned(), letters: 0 }).unwrap().len();
    let fits = LIMIT_BYTES - empty;
    let app = scrolls_on(&log).await;
    app.commands().send(fill(1)).await.unwrap();
    let (warnings, guard) = Warnings::keep();
    app.commands().send(fill(fits + 1)).await.unwrap();
    assert_eq!(warnings.take(), ["no snapshot can be taken"]);
    drop(guard);
    assert_eq!(log.kept(), 0, "not after a decision");
    log.read();
    let app = scrolls_on(&log).await;
    app.commands().send(fill(fits + 1)).await.unwrap();
    assert_eq!((log.kept(), log.read()), (0, 2), "nor after a load, which reads every event");
    let scroll = app.repository::<Scroll>().load(&"s".to_owned()).await.unwrap();
    assert_eq!((scroll.letters, scroll.version), (fits + 1, Sequence(2)));
    app.commands().send(fill(fits)).await.unwrap();
    assert_eq!(log.kept(), 1, "one byte less is within it");
    let kept = log.snapshot(&stream("Scroll", "s")).await.unwrap().unwrap();
    assert_eq!((kept.payload.len(), kept.sequence), (LIMIT_BYTES, Sequence(3)));
}
