//! An account with a snapshot every five events and after each year, and an audit with one after
//! slow loads.

use es_core::prelude::*;

macro_rules! commands {
    ($($name:ident { $($field:ident: $type:ty),* })*) => { $(
        #[derive(Command, Debug, Clone, Serialize, Deserialize)]
        pub struct $name {
            #[target]
            pub id: String,
            $(pub $field: $type,)*
        }
    )* };
}

commands! {
    Open {}
    Pay { amounts: Vec<i64> }
    Refuse {}
    EndYear {}
    Close {}
    Note { text: String }
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Opened {
    pub id: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Paid {
    pub amount: i64,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct YearEnded {}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Closed {}

#[derive(Debug, thiserror::Error)]
#[error("refused")]
pub struct Refused;

/// Payments of one year.
#[derive(State, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Year {
    pub sum: i64,
}

#[aggregate(snapshot, snapshot_every = 5)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    #[aggregate_identifier]
    pub id: String,
    pub balance: i64,
    pub payments: u64,
    pub years: Vec<Year>,
}

#[aggregate]
impl Account {
    #[command_handler]
    fn open(command: Open) -> Opened {
        Opened { id: command.id }
    }

    #[command_handler]
    fn pay(&self, command: Pay) -> Vec<Paid> {
        command.amounts.into_iter().map(|amount| Paid { amount }).collect()
    }

    #[command_handler]
    fn refuse(&self, _: Refuse) -> Result<(), Refused> {
        Err(Refused)
    }

    #[command_handler]
    fn end_year(&self, _: EndYear) -> YearEnded {
        YearEnded {}
    }

    #[command_handler]
    fn close(&self, _: Close) -> Closed {
        Closed {}
    }

    #[event_sourcing_handler]
    fn on_opened(event: &Opened) -> Self {
        Self { id: event.id.clone(), balance: 0, payments: 0, years: vec![Year { sum: 0 }] }
    }

    #[event_sourcing_handler]
    fn on_paid(&mut self, event: &Paid) {
        self.payments += 1;
        self.balance = self.balance.checked_add(event.amount).expect("nobody has that much");
        if let Some(year) = self.years.last_mut() {
            year.sum += event.amount;
        }
    }

    #[event_sourcing_handler(snapshot)]
    fn on_year_ended(&mut self, _: &YearEnded) {
        self.years.push(Year { sum: 0 });
    }

    #[event_sourcing_handler(mark_deleted)]
    fn on_closed(&mut self, _: &Closed) {}
}

/// Pays from one account to another, in small coins.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Transfer {
    pub from: String,
    pub to: String,
    pub coins: usize,
}

#[command_handler]
pub async fn transfer(
    command: Transfer,
    accounts: Repository<Account>,
) -> Result<(), HandlerError<Refused>> {
    let mut from = accounts.load(&command.from).await?;
    let mut to = accounts.load(&command.to).await?;
    for _ in 0..command.coins {
        from.apply(Paid { amount: -1 });
        to.apply(Paid { amount: 1 });
    }
    Ok(())
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Noted {
    pub id: String,
    pub text: String,
}

#[aggregate(snapshot_load_ms = 1)]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Audit {
    #[aggregate_identifier]
    pub id: String,
    pub notes: Vec<String>,
}

#[aggregate]
impl Audit {
    #[command_handler]
    fn note(_audit: Option<&Self>, command: Note) -> Noted {
        Noted { id: command.id, text: command.text }
    }

    #[event_sourcing_handler]
    fn on_noted(&mut self, event: &Noted) {
        self.id.clone_from(&event.id);
        self.notes.push(event.text.clone());
    }
}

pub fn id() -> String {
    "a".to_owned()
}

pub fn open() -> Open {
    Open { id: id() }
}

pub fn pay(amounts: &[i64]) -> Pay {
    Pay { id: id(), amounts: amounts.to_vec() }
}

pub fn note(text: &str) -> Note {
    Note { id: id(), text: text.to_owned() }
}
