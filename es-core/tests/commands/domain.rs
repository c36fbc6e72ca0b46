//! A shelf of a warehouse: put, take, a slow count that asks a scale, and handlers that misbehave.

use std::sync::Arc;

use es_core::future::BoxFuture;
use es_core::prelude::*;

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct SetUp {
    #[target]
    pub shelf: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Put {
    #[target]
    pub shelf: String,
    pub boxes: u64,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Take {
    #[target]
    pub shelf: String,
    pub boxes: u64,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Weigh {
    #[target]
    pub shelf: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct WeighAgain {
    #[target]
    pub shelf: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct TearDown {
    #[target]
    pub shelf: String,
}

/// Applies first and panics afterwards.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Collapse {
    #[target]
    pub shelf: String,
}

/// Creates a shelf that is not its target.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct SetUpNextTo {
    #[target]
    pub shelf: String,
}

/// Takes its time without awaiting.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Dawdle {
    #[target]
    pub shelf: String,
    pub until: std::time::Duration,
}

/// Writes a label of any length.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Label {
    #[target]
    pub shelf: String,
    pub bytes: usize,
}

/// Stores an event that cannot be folded a second time.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Curse {
    #[target]
    pub shelf: String,
}

/// Reads a shelf and stores nothing.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Count {
    pub shelf: String,
}

#[command_handler]
pub async fn count_boxes(
    command: Count,
    shelves: Repository<Shelf>,
) -> Result<u64, HandlerError<ShelfError>> {
    Ok(shelves.load(&command.shelf).await?.boxes)
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct ShelfLabelled {
    pub text: String,
}

/// Its event-sourcing handler panics whenever it was read from the log.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct ShelfCursed {
    #[serde(skip)]
    pub is_fresh: bool,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct ShelfSetUp {
    pub shelf: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct BoxesPut {
    pub boxes: u64,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct BoxesTaken {
    pub boxes: u64,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct ShelfWeighed {
    pub kilograms: u64,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct ShelfTornDown {}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ShelfError {
    #[error("only {there} boxes are there")]
    TooFew { there: u64 },
}

/// A scale that answers when it likes.
pub trait Scale: Send + Sync {
    fn weigh(&self, boxes: u64) -> BoxFuture<'_, Result<u64, Broken>>;
}

#[derive(Debug, thiserror::Error)]
#[error("the scale is broken")]
pub struct Broken;

#[aggregate]
#[derive(Debug)]
pub struct Shelf {
    #[aggregate_identifier]
    pub shelf: String,
    pub boxes: u64,
    pub kilograms: u64,
}

#[aggregate]
impl Shelf {
    #[command_handler]
    fn set_up(command: SetUp) -> ShelfSetUp {
        ShelfSetUp { shelf: command.shelf }
    }

    #[command_handler]
    fn set_up_next_to(command: SetUpNextTo) -> ShelfSetUp {
        ShelfSetUp { shelf: format!("{}!", command.shelf) }
    }

    #[command_handler]
    fn dawdle(&self, command: &Dawdle) -> BoxesPut {
        let start = std::time::Instant::now();
        while start.elapsed() < command.until {
            std::hint::spin_loop();
        }
        BoxesPut { boxes: 1 }
    }

    #[command_handler]
    fn label(&self, command: &Label) -> ShelfLabelled {
        ShelfLabelled { text: "x".repeat(command.bytes) }
    }

    #[command_handler]
    fn curse(&self, _command: Curse) -> ShelfCursed {
        ShelfCursed { is_fresh: true }
    }

    #[command_handler]
    fn put(&self, command: &Put) -> Option<BoxesPut> {
        (command.boxes > 0).then_some(BoxesPut { boxes: command.boxes })
    }

    #[command_handler]
    fn take(shelf: &mut Root<Self>, command: Take) -> Result<u64, ShelfError> {
        if command.boxes > shelf.boxes {
            return Err(ShelfError::TooFew { there: shelf.boxes });
        }
        shelf.apply(BoxesTaken { boxes: command.boxes });
        Ok(shelf.boxes)
    }

    #[command_handler]
    async fn weigh(
        shelf: &mut Root<Self>,
        _command: Weigh,
        scale: Inject<dyn Scale>,
    ) -> Result<u64, HandlerError<ShelfError>> {
        let kilograms = scale.weigh(shelf.boxes).await.map_err(Fault::from)?;
        shelf.apply(ShelfWeighed { kilograms });
        Ok(kilograms)
    }

    #[command_handler(retry)]
    async fn weigh_again(
        shelf: &mut Root<Self>,
        _command: WeighAgain,
        scale: Inject<dyn Scale>,
    ) -> Result<u64, HandlerError<ShelfError>> {
        let kilograms = scale.weigh(shelf.boxes).await.map_err(Fault::from)?;
        shelf.apply(ShelfWeighed { kilograms });
        Ok(kilograms)
    }

    #[command_handler]
    fn tear_down(&self, _command: TearDown) -> ShelfTornDown {
        ShelfTornDown {}
    }

    #[command_handler]
    fn collapse(shelf: &mut Root<Self>, _command: Collapse) {
        shelf.apply(BoxesTaken { boxes: shelf.boxes });
        panic!("the shelf gave way");
    }

    #[event_sourcing_handler]
    fn on_set_up(event: &ShelfSetUp) -> Self {
        Self { shelf: event.shelf.clone(), boxes: 0, kilograms: 0 }
    }

    #[event_sourcing_handler]
    fn on_labelled(&mut self, _event: &ShelfLabelled) {}

    #[event_sourcing_handler]
    fn on_cursed(&mut self, event: &ShelfCursed) {
        assert!(event.is_fresh, "the curse strikes");
    }

    #[event_sourcing_handler]
    fn on_put(&mut self, event: &BoxesPut) {
        self.boxes += event.boxes;
    }

    #[event_sourcing_handler]
    fn on_taken(&mut self, event: &BoxesTaken) {
        self.boxes -= event.boxes;
    }

    #[event_sourcing_handler]
    fn on_weighed(&mut self, event: &ShelfWeighed) {
        self.kilograms = event.kilograms;
    }

    #[event_sourcing_handler(mark_deleted)]
    fn on_torn_down(&mut self, _event: &ShelfTornDown) {}
}

/// A scale whose answers the test gives one by one.
pub struct ManualScale {
    pub asked: tokio::sync::Semaphore,
    pub answers: tokio::sync::Mutex<tokio::sync::mpsc::Receiver<u64>>,
}

impl ManualScale {
    pub fn new() -> (Arc<Self>, tokio::sync::mpsc::Sender<u64>) {
        let (answer, answers) = tokio::sync::mpsc::channel(8);
        let asked = tokio::sync::Semaphore::new(0);
        (Arc::new(Self { asked, answers: tokio::sync::Mutex::new(answers) }), answer)
    }

    /// Waits until somebody stands on the scale.
    pub async fn until_asked(&self) {
        self.asked.acquire().await.expect("never closed").forget();
    }
}

impl Scale for ManualScale {
    fn weigh(&self, _boxes: u64) -> BoxFuture<'_, Result<u64, Broken>> {
        Box::pin(async {
            self.asked.add_permits(1);
            self.answers.lock().await.recv().await.ok_or(Broken)
        })
    }
}

pub fn set_up(shelf: &str) -> SetUp {
    SetUp { shelf: shelf.to_owned() }
}

pub fn put(shelf: &str, boxes: u64) -> Put {
    Put { shelf: shelf.to_owned(), boxes }
}

pub fn take(shelf: &str, boxes: u64) -> Take {
    Take { shelf: shelf.to_owned(), boxes }
}

pub fn weigh(shelf: &str) -> Weigh {
    Weigh { shelf: shelf.to_owned() }
}

pub fn count(shelf: &str) -> Count {
    Count { shelf: shelf.to_owned() }
}
