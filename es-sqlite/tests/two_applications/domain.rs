//! A stock that cannot be less than nothing.

use es_core::prelude::*;

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct SetUp {
    #[target]
    pub stock: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Fill {
    #[target]
    pub stock: String,
    pub pieces: u64,
}

/// Takes one piece; answers how many are left.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Take {
    #[target]
    pub stock: String,
}

/// Closes the stock, unless it is closed.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Close {
    #[target]
    pub stock: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct StockSetUp {
    pub stock: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Filled {
    pub pieces: u64,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Taken {}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct StockClosed {}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("the stock is empty")]
pub struct Empty;

#[aggregate]
#[derive(Debug)]
pub struct Stock {
    #[aggregate_identifier]
    pub stock: String,
    pub pieces: u64,
    pub is_closed: bool,
}

#[aggregate]
impl Stock {
    #[command_handler]
    fn set_up(command: SetUp) -> StockSetUp {
        StockSetUp { stock: command.stock }
    }

    #[command_handler]
    fn fill(&self, command: Fill) -> Filled {
        Filled { pieces: command.pieces }
    }

    #[command_handler]
    fn take(stock: &mut Root<Self>, _: Take) -> Result<u64, Empty> {
        if stock.pieces == 0 {
            return Err(Empty);
        }
        stock.apply(Taken {});
        Ok(stock.pieces)
    }

    #[command_handler]
    fn close(&self, _: Close) -> Option<StockClosed> {
        (!self.is_closed).then_some(StockClosed {})
    }

    #[event_sourcing_handler]
    fn on_set_up(event: &StockSetUp) -> Self {
        Self { stock: event.stock.clone(), pieces: 0, is_closed: false }
    }

    #[event_sourcing_handler]
    fn on_filled(&mut self, event: &Filled) {
        self.pieces += event.pieces;
        self.is_closed = false;
    }

    #[event_sourcing_handler]
    fn on_taken(&mut self, _: &Taken) {
        self.pieces -= 1;
    }

    #[event_sourcing_handler]
    fn on_closed(&mut self, _: &StockClosed) {
        self.is_closed = true;
    }
}
