//! An order or a credit note as it is, as it was, and how it came about.

use es_core::{
    aggregate::{LoadError, Replayed},
    prelude::*,
};
use serde_json::{Value, json};

use super::{
    Failure, Output, Shop, arguments,
    output::counted,
    paper::{Paper, page},
    table::{Side, table},
};
use crate::{
    credit_note::{CreditNote, CreditNoteId},
    order::{Order, OrderId},
};

pub(super) async fn show(shop: &Shop, show: &arguments::Show) -> Result<Output, Failure> {
    match Kind::of(shop, &show.number).await? {
        Kind::Order => show_one::<Order>(shop, show).await,
        Kind::CreditNote => show_one::<CreditNote>(shop, show).await,
    }
}

pub(super) async fn history(shop: &Shop, number: &str) -> Result<Output, Failure> {
    match Kind::of(shop, number).await? {
        Kind::Order => history_of::<Order>(shop, number).await,
        Kind::CreditNote => history_of::<CreditNote>(shop, number).await,
    }
}

enum Kind {
    Order,
    CreditNote,
}

impl Kind {
    /// Finds out what has this number; an order, where both have it.
    async fn of(shop: &Shop, number: &str) -> Result<Self, Failure> {
        match shop.app.repository::<Order>().load(&OrderId::from(number)).await {
            Err(LoadError::NotFound { .. }) => {}
            loaded => return Ok(loaded.map(|_| Self::Order)?),
        }
        match shop.app.repository::<CreditNote>().load(&CreditNoteId::from(number)).await {
            Err(LoadError::NotFound { .. }) => Err(Failure::Rejected(format!(
                "there is no order and no credit note `{number}`; `order list` shows what there is"
            ))),
            loaded => Ok(loaded.map(|_| Self::CreditNote)?),
        }
    }
}

async fn show_one<P: Paper>(shop: &Shop, show: &arguments::Show) -> Result<Output, Failure> {
    let (papers, number) = (shop.app.repository::<P>(), show.number.as_str());
    let loaded = match (show.at, show.as_of) {
        (Some(sequence), _) => at(&papers, number, sequence).await?,
        (_, Some(moment)) => as_of(&papers, number, moment).await?,
        _ => papers.load(&P::Id::from(number)).await?,
    };
    let (version, recorded_at) = (loaded.version.0, loaded.recorded_at);
    let below = format!("version {version}, recorded at {recorded_at}");
    let text = page(number, &*loaded, &below);
    let key = P::WORD.replace(' ', "_");
    let json = json!({ "version": version, "recorded_at": recorded_at, key: &*loaded });
    Ok(Output { text, json })
}

async fn at<P: Paper>(
    papers: &ReadOnlyRepository<P>,
    number: &str,
    sequence: u64,
) -> Result<Replayed<P>, Failure> {
    let loaded = papers.load_at(&P::Id::from(number), Sequence(sequence)).await?;
    let last = loaded.version.0;
    if last == sequence {
        return Ok(loaded);
    }
    let (word, has) = (P::WORD, counted(last + 1, "event"));
    Err(Failure::Rejected(format!(
        "{word} `{number}` has {has}, the last one is {last}; {sequence} was asked for"
    )))
}

async fn as_of<P: Paper>(
    papers: &ReadOnlyRepository<P>,
    number: &str,
    moment: Timestamp,
) -> Result<Replayed<P>, Failure> {
    let id = P::Id::from(number);
    match papers.load_as_of(&id, moment).await {
        Err(LoadError::NotFound { .. }) => {}
        loaded => return Ok(loaded?),
    }
    let first = papers.history(&id)?.next().await?.map(|step| step.recorded.recorded_at);
    let since = first
        .map_or_else(String::new, |first| format!("; its first event was recorded at {first}"));
    let word = P::WORD;
    Err(Failure::Rejected(format!("{word} `{number}` did not exist yet at {moment}{since}")))
}

async fn history_of<P: Paper>(shop: &Shop, number: &str) -> Result<Output, Failure> {
    let mut history = shop.app.repository::<P>().history(&P::Id::from(number))?;
    let (mut rows, mut steps) = (Vec::new(), Vec::new());
    while let Some(step) = history.next().await? {
        let sequence = step.recorded.sequence().map(|sequence| sequence.0);
        let (name, recorded_at) = (step.recorded.name.to_string(), step.recorded.recorded_at);
        let payload: Value = serde_json::from_slice(&step.recorded.payload).unwrap_or_default();
        rows.push(vec![
            sequence.unwrap_or_default().to_string(),
            recorded_at.to_string(),
            name.clone(),
            step.state.summary(),
        ]);
        steps.push(json!({
            "sequence": sequence,
            "recorded_at": recorded_at,
            "event": name,
            "payload": payload,
            "state": step.state,
        }));
    }
    let columns = [
        ("", Side::Right),
        ("recorded at", Side::Left),
        ("event", Side::Left),
        ("state after it", Side::Left),
    ];
    Ok(Output { text: table(&columns, &rows), json: Value::Array(steps) })
}
