//! A purse: open, put in, take out; and interceptors that write down what they see.

use std::sync::{Arc, Mutex};

use es_core::command::{Backoff, DispatchInterceptor, Dispatched, Retry, Sending};
use es_core::future::BoxFuture;
use es_core::prelude::*;

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct OpenPurse {
    #[target]
    pub purse: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct PutIn {
    #[target]
    pub purse: String,
    pub coins: u64,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct TakeOut {
    #[target]
    pub purse: String,
    pub coins: u64,
}

/// Puts coins in while others wait.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct CountIn {
    #[target]
    pub purse: String,
    pub coins: u64,
}

/// Puts a coin in once somebody nods.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct CountOnceNodded {
    #[target]
    pub purse: String,
    #[serde(skip)]
    pub nod: Arc<tokio::sync::Notify>,
}

/// Is never done.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct CountForEver {
    #[target]
    pub purse: String,
}

/// Panics after it took everything out.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Tear {
    #[target]
    pub purse: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct PurseOpened {
    pub purse: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct CoinsPutIn {
    pub coins: u64,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct CoinsTakenOut {
    pub coins: u64,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("only {there} coins are there")]
pub struct TooFew {
    pub there: u64,
}

#[aggregate]
pub struct Purse {
    #[aggregate_identifier]
    pub purse: String,
    pub coins: u64,
}

#[aggregate]
impl Purse {
    #[command_handler]
    fn open(command: OpenPurse) -> PurseOpened {
        PurseOpened { purse: command.purse }
    }

    #[command_handler]
    fn put_in(purse: &mut Root<Self>, command: PutIn) -> Result<u64, std::convert::Infallible> {
        tracing::info!(target: "handler", "put in");
        purse.apply(CoinsPutIn { coins: command.coins });
        Ok(purse.coins)
    }

    #[command_handler]
    fn take_out(&self, command: &TakeOut) -> Result<CoinsTakenOut, TooFew> {
        if command.coins > self.coins {
            return Err(TooFew { there: self.coins });
        }
        Ok(CoinsTakenOut { coins: command.coins })
    }

    #[command_handler]
    async fn count_in(&self, command: CountIn, metadata: Metadata) -> CoinsPutIn {
        tokio::task::yield_now().await;
        let seen = metadata.get("checked-by");
        assert!(seen.is_none_or(|who| who == "ada"), "the handler sees what was added");
        tracing::info!(target: "handler", "counted");
        CoinsPutIn { coins: command.coins }
    }

    #[command_handler]
    async fn count_once_nodded(&self, command: CountOnceNodded) -> CoinsPutIn {
        command.nod.notified().await;
        CoinsPutIn { coins: 1 }
    }

    #[command_handler]
    async fn count_for_ever(&self, _: CountForEver) -> Option<CoinsPutIn> {
        std::future::pending().await
    }

    #[command_handler]
    fn tear(purse: &mut Root<Self>, _: Tear) {
        purse.apply(CoinsTakenOut { coins: purse.coins });
        panic!("the purse tore");
    }

    #[event_sourcing_handler]
    fn on_opened(event: &PurseOpened) -> Self {
        Self { purse: event.purse.clone(), coins: 0 }
    }

    #[event_sourcing_handler]
    fn on_put_in(&mut self, event: &CoinsPutIn) {
        self.coins += event.coins;
    }

    #[event_sourcing_handler]
    fn on_taken_out(&mut self, event: &CoinsTakenOut) {
        self.coins -= event.coins;
    }
}

/// Pours coins from one purse into another.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Pour {
    pub from: String,
    pub to: String,
    pub coins: u64,
}

#[command_handler]
pub async fn pour(command: Pour, commands: CommandGateway) -> Result<u64, HandlerError<TooFew>> {
    let Pour { from, to, coins } = command;
    let put_in = PutIn { purse: to, coins };
    let there = commands.send(put_in).await.map_err(HandlerError::nested)?;
    commands.send(TakeOut { purse: from, coins }).await.map_err(HandlerError::nested)?;
    Ok(there)
}

pub fn open(purse: &str) -> OpenPurse {
    OpenPurse { purse: purse.to_owned() }
}

pub fn put_in(coins: u64) -> PutIn {
    PutIn { purse: "a".to_owned(), coins }
}

pub fn take_out(coins: u64) -> TakeOut {
    TakeOut { purse: "a".to_owned(), coins }
}

pub fn pour_of(coins: u64) -> Pour {
    Pour { from: "a".to_owned(), to: "b".to_owned(), coins }
}

/// What interceptors and tests write down, in the order in which it happens.
#[derive(Clone, Default)]
pub struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    pub fn add(&self, note: impl Into<String>) {
        self.0.lock().unwrap().push(note.into());
    }

    pub fn peek(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// Notes when a command comes and when its answer goes.
pub struct Noting(pub &'static str, pub Notes);

impl DispatchInterceptor for Noting {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        Box::pin(async move {
            let Self(who, notes) = self;
            notes.add(format!("{who}: {} comes", sending.name()));
            let dispatched = sending.proceed().await;
            let answer = match &dispatched {
                Ok(answer) if answer.token().is_empty() => "nothing stored".to_owned(),
                Ok(_) => "stored".to_owned(),
                Err(error) => error.kind().to_owned(),
            };
            notes.add(format!("{who}: {answer}"));
            dispatched
        })
    }
}

/// Tries a few times without waiting.
pub fn at_once(attempts: usize) -> Retry {
    Retry::new(Backoff::starting_at(std::time::Duration::ZERO).attempts(attempts))
}

/// The metadata of every event of purse `a`.
pub async fn stored_metadata(app: &App) -> Vec<Metadata> {
    let mut history = app.repository::<Purse>().history(&"a".to_owned()).unwrap();
    let mut found = Vec::new();
    while let Some(step) = history.next().await.unwrap() {
        found.push(step.recorded.metadata.clone());
    }
    found
}
