//! Sheets that count, a view of them, and a ledger written with SQL by hand.

use es_core::prelude::*;
use es_sqlite::SqliteTransaction;

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Count {
    #[target]
    pub sheet: String,
    pub by: u64,
}

/// Nobody subscribes to it.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct SheetBegun {
    pub sheet: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Counted {
    pub sheet: String,
    pub by: u64,
}

#[aggregate]
#[derive(Debug)]
pub struct TallySheet {
    #[aggregate_identifier]
    pub sheet: String,
}

#[aggregate]
impl TallySheet {
    #[command_handler]
    fn count(sheet: Option<&Self>, command: Count) -> (Option<SheetBegun>, Counted) {
        let begun = sheet.is_none().then(|| SheetBegun { sheet: command.sheet.clone() });
        (begun, Counted { sheet: command.sheet, by: command.by })
    }

    #[event_sourcing_handler]
    fn begin(event: &SheetBegun) -> Self {
        Self { sheet: event.sheet.clone() }
    }

    #[event_sourcing_handler]
    fn on_counted(&mut self, _event: &Counted) {}
}

#[derive(View, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    #[key]
    pub sheet: String,
    #[index]
    pub total: u64,
    pub counts: u64,
}

#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = Option<Tally>)]
pub struct TallyOf {
    pub sheet: String,
}

#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = Vec<String>)]
pub struct Largest {
    pub at_least: u64,
}

#[projection(name = "tallies")]
impl Tally {
    #[event_handler]
    fn on_counted(event: &Counted, tallies: &mut Views<Tally>) -> Result<(), Fault> {
        let fresh = || Self { sheet: event.sheet.clone(), total: 0, counts: 0 };
        let mut row = tallies.load(&event.sheet)?.unwrap_or_else(fresh);
        row.total += event.by;
        row.counts += 1;
        tallies.upsert(&row)?;
        Ok(())
    }

    #[query_handler]
    fn of(query: &TallyOf, tallies: &Views<Tally>) -> Result<Option<Tally>, Fault> {
        Ok(tallies.load(&query.sheet)?)
    }

    #[query_handler]
    fn largest(query: &Largest, tallies: &Views<Tally>) -> Result<Vec<String>, Fault> {
        let rows = tallies.range(Tally::BY_TOTAL, query.at_least..)?;
        Ok(rows.into_iter().map(|row| row.sheet).collect())
    }
}

/// How many lines the ledger has, and their sum.
#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = (u64, u64))]
pub struct LedgerTotals {}

/// Tries to write where only reading is allowed.
#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = ())]
pub struct ForgeLedger {}

pub struct Ledger;

/// An event with this number fails after its line was written.
pub const UNLUCKY: u64 = 13;

#[projection(name = "ledger")]
impl Ledger {
    #[event_handler]
    fn on_counted(event: &Counted, sql: &mut SqliteTransaction) -> Result<(), Fault> {
        sql.execute_batch("CREATE TABLE IF NOT EXISTS ledger (sheet TEXT, amount INTEGER)")?;
        sql.execute("INSERT INTO ledger VALUES (?, ?)", (&event.sheet, event.by as i64))?;
        if event.by == UNLUCKY {
            return Err(Fault::new("the clerk fainted"));
        }
        Ok(())
    }

    #[query_handler]
    fn totals(_query: &LedgerTotals, sql: &SqliteTransaction) -> Result<(u64, u64), Fault> {
        let read = "SELECT count(*), coalesce(sum(amount), 0) FROM ledger";
        let totals =
            sql.first(read, (), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        let (lines, sum) = totals.unwrap_or_default();
        Ok((lines as u64, sum as u64))
    }

    // `&mut` is refused by the macro, so the statement has to hide in a reading call.
    #[query_handler]
    fn forge(_query: &ForgeLedger, sql: &SqliteTransaction) -> Result<(), Fault> {
        sql.all("DELETE FROM ledger RETURNING sheet", (), |_| Ok(()))?;
        Ok(())
    }
}
