//! How often money was moved, and how much.

use es_core::prelude::*;

use super::domain::*;
use super::waiting_log::waits;

#[derive(View, Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Total {
    #[key]
    key: u8,
    pub times: usize,
    pub amount: i64,
}

#[derive(Query, Serialize, Deserialize)]
#[query(answer = (usize, i64))]
pub struct TotalOf {}

/// Asks somebody outside before it answers.
#[derive(Query, Serialize, Deserialize)]
#[query(answer = u8)]
pub struct AskSlowly {}

#[projection(name = "totals")]
impl Total {
    #[event_handler]
    fn on_moved(event: &Moved, totals: &mut Views<Total>) -> Result<(), Fault> {
        let Self { times, amount, .. } =
            totals.load(&0)?.unwrap_or(Self { key: 0, times: 0, amount: 0 });
        Ok(totals.upsert(&Self { key: 0, times: times + 1, amount: amount + event.amount })?)
    }

    #[query_handler]
    fn total(_: &TotalOf, totals: &Views<Total>) -> Result<(usize, i64), Fault> {
        Ok(totals.load(&0)?.map(|total| (total.times, total.amount)).unwrap_or_default())
    }

    #[query_handler]
    async fn ask_slowly(_: &AskSlowly) -> u8 {
        waits().await;
        7
    }
}
