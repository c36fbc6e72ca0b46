//! Handlers with every kind of payload, parameter and outcome, and free functions.
#![allow(dead_code)]

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize)]
pub struct Opened {
    pub id: String,
}

#[derive(View, Serialize, Deserialize)]
#[view(name = "rows", revision = 2)]
pub struct Row {
    #[key]
    pub country: String,
    #[key]
    pub month: u32,
    #[index]
    pub r#type: Option<u8>,
}

#[derive(Query, Clone, Serialize, Deserialize)]
#[query(answer = Vec<Row>, name = "rows.find")]
pub struct Find(pub u8);

#[derive(Query, Serialize, Deserialize)]
#[query(answer = u64)]
pub struct Count;

#[derive(Query, Serialize, Deserialize)]
#[query(answer = u64)]
pub struct CountLater;

pub trait Clockwork: Send + Sync {}

pub struct Rows;

#[derive(Query, Serialize, Deserialize)]
#[query(answer = Result<u8, String>)]
struct Check {}

#[projection(name = "rows", processor = "reports", version = 3)]
impl Rows {
    #[event_handler]
    fn nothing(_: Opened) {}

    #[event_handler]
    fn fails(event: &Opened, rows: &mut Views<Row>, at: Timestamp) -> Result<(), Fault> {
        let _ = (event, at);
        rows.load(&(String::new(), 1))?;
        Ok(rows.upsert(&Row { country: String::new(), month: 1, r#type: None })?)
    }

    #[event_handler]
    fn domain_error(_: &Opened, _: Position, _: &Metadata) -> Result<(), std::fmt::Error> {
        Err(std::fmt::Error)
    }

    #[event_handler]
    async fn later(event: &Opened, _clockwork: Inject<dyn Clockwork>) -> Result<(), Fault> {
        std::future::ready(event).await;
        Ok(())
    }

    #[query_handler]
    fn find(query: Find, rows: &Views<Row>) -> Result<Vec<Row>, Fault> {
        Ok(rows.by(Row::BY_TYPE, &Some(query.0))?)
    }

    #[query_handler]
    fn count(_: &Count, rows: Views<Row>) -> Result<u64, Fault> {
        Ok(rows.count()?)
    }

    #[query_handler]
    async fn count_later(_: &CountLater, _: Timestamp) -> u64 {
        0
    }

    // The answer itself is a `Result`: its error is no failure of the query.
    #[query_handler]
    fn check(_: &Check) -> Result<u8, String> {
        Err("not today".into())
    }

    pub fn helper(&self) {}
}

#[event_handler(processor = "mails")]
fn mail(_event: &Opened, _position: Position) {}

#[event_handler]
pub async fn mail_later(_event: Opened, _resource: Inject<dyn Clockwork>) -> Result<(), Fault> {
    Ok(())
}

fn main() {}
