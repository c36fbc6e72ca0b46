//! Customers as today's program knows them.
//!
//! Years ago there were `CustomerMade`, in another shape, `CustomerImported`, which was a
//! registration and a change at once, `CustomerChanged` with whatever had changed, `Contact` with a
//! phone number *and* a city, `Baptised`, and `CustomerGreeted`, which nobody needs.

use std::cell::Cell;

use es_core::prelude::*;

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Register {
    #[target]
    pub id: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Move {
    #[target]
    pub id: String,
    pub city: String,
}

/// Revision 0, from the days when it was called `CustomerMade`.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(name = "Registered")]
pub struct RegisteredV0 {
    pub customer: String,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(
    revision = 1,
    from = RegisteredV0,
    renamed_from("CustomerMade"),
    upcast_from(CustomerImported)
)]
pub struct Registered {
    pub id: String,
}

impl From<RegisteredV0> for Registered {
    fn from(before: RegisteredV0) -> Self {
        Self { id: before.customer }
    }
}

/// It became a registration and a `CustomerChanged`, which is upcast itself.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(upcast_into = (Registered, CustomerChanged))]
pub struct CustomerImported {
    pub id: String,
    pub city: String,
}

impl From<CustomerImported> for (Registered, CustomerChanged) {
    fn from(before: CustomerImported) -> Self {
        let change = CustomerChanged { names: vec![], city: Some(before.city) };
        (Registered { id: before.id }, change)
    }
}

/// Any number of names, and sometimes a move.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(upcast_into = (Vec<Renamed>, Option<Moved>), upcast_from(CustomerImported))]
pub struct CustomerChanged {
    pub names: Vec<String>,
    pub city: Option<String>,
}

impl From<CustomerChanged> for (Vec<Renamed>, Option<Moved>) {
    fn from(before: CustomerChanged) -> Self {
        let renamed = before.names.into_iter().map(|name| Renamed { name });
        PLANTED.get().into((renamed.collect(), before.city.map(|city| Moved { city })))
    }
}

/// What is wrong with a conversion, for the law that must find it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bug {
    None,
    LosesOne,
    GivesOneTwice,
    TurnsTheOrder,
}

thread_local! {
    /// Whoever folds on this thread has this bug.
    pub static PLANTED: Cell<Bug> = const { Cell::new(Bug::None) };
}

type Changes = (Vec<Renamed>, Option<Moved>);

impl Bug {
    fn into(self, (mut renamed, moved): Changes) -> Changes {
        match self {
            Self::None => {}
            Self::LosesOne => drop(renamed.pop()),
            Self::GivesOneTwice => renamed.extend(renamed.last().cloned()),
            Self::TurnsTheOrder => renamed.reverse(),
        }
        (renamed, moved)
    }
}

/// It became another event, one to one.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(upcast_into = Renamed)]
pub struct Baptised {
    pub first_name: String,
}

impl From<Baptised> for Renamed {
    fn from(before: Baptised) -> Self {
        assert_ne!(before.first_name, "", "nobody is called nothing");
        Self { name: before.first_name }
    }
}

/// The event of this name is today about the phone alone.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(name = "Contact", upcast_into = (Moved, Contact))]
pub struct ContactV0 {
    pub phone: String,
    pub city: String,
}

impl From<ContactV0> for (Moved, Contact) {
    fn from(before: ContactV0) -> Self {
        (Moved { city: before.city }, Contact { phone: before.phone })
    }
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(revision = 1, upcast_from(ContactV0))]
pub struct Contact {
    #[tag]
    pub phone: String,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(upcast_from(CustomerChanged, Baptised))]
pub struct Renamed {
    #[tag]
    pub name: String,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(upcast_from(CustomerChanged, ContactV0))]
pub struct Moved {
    pub city: String,
}

#[aggregate(snapshot_every = 4)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    #[aggregate_identifier]
    pub id: String,
    /// Each name with the number of moves before it, so that the order of events shows.
    pub names: Vec<(usize, String)>,
    pub cities: Vec<String>,
    pub phone: Option<String>,
}

#[aggregate(events(derive(Debug, Clone, PartialEq)), ignore("CustomerGreeted"))]
impl Customer {
    #[command_handler]
    fn register(command: Register) -> Registered {
        Registered { id: command.id }
    }

    #[command_handler]
    fn relocate(&self, command: Move) -> Option<Moved> {
        let city = command.city;
        (self.cities.last() != Some(&city)).then_some(Moved { city })
    }

    #[event_sourcing_handler]
    fn on_registered(event: &Registered) -> Self {
        Self { id: event.id.clone(), names: vec![], cities: vec![], phone: None }
    }

    #[event_sourcing_handler]
    fn on_renamed(&mut self, event: &Renamed) {
        self.names.push((self.cities.len(), event.name.clone()));
    }

    #[event_sourcing_handler]
    fn on_moved(&mut self, event: &Moved) {
        assert_ne!(event.city, "Atlantis", "nobody lives there");
        self.cities.push(event.city.clone());
    }

    #[event_sourcing_handler]
    fn on_contact(&mut self, event: &Contact) {
        self.phone = Some(event.phone.clone());
    }
}

/// What a customer's row in the view of all moves and names says.
#[derive(View, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    #[key]
    pub customer: String,
    pub lines: Vec<String>,
    /// The sequence of the last row that changed it.
    pub at: u64,
}

#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = Option<Card>)]
pub struct FindCard {
    pub customer: String,
}

#[projection]
impl Card {
    #[event_handler]
    fn on_renamed(
        event: &Renamed,
        of: &StreamId,
        sequence: Sequence,
        cards: &mut Views<Card>,
    ) -> Result<(), Fault> {
        add(of, format!("is called {}", event.name), sequence, cards)
    }

    #[event_handler]
    fn on_moved(
        event: &Moved,
        of: &StreamId,
        sequence: Sequence,
        cards: &mut Views<Card>,
    ) -> Result<(), Fault> {
        add(of, format!("lives in {}", event.city), sequence, cards)?;
        if event.city == "Atlantis" { Err(Fault::new("nobody lives there")) } else { Ok(()) }
    }

    #[query_handler]
    fn find(query: FindCard, cards: &Views<Card>) -> Result<Option<Card>, Fault> {
        Ok(cards.load(&query.customer)?)
    }
}

fn add(
    of: &StreamId,
    line: String,
    sequence: Sequence,
    cards: &mut Views<Card>,
) -> Result<(), Fault> {
    let customer = of.id().to_owned();
    let mut card = cards.load(&customer)?.unwrap_or(Card { customer, lines: vec![], at: 0 });
    card.lines.push(line);
    card.at = sequence.0;
    Ok(cards.upsert(&card)?)
}
