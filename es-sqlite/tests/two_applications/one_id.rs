//! One command is sent under one id through both applications, and one of them decides on what the
//! other one has stored meanwhile: it gives the first answer all the same.

use tokio::sync::Semaphore;

use super::*;

/// Takes a piece, by a free handler that waits before it looks at the stock if it is told to.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
struct TakeLater {
    stock: String,
}

static BEGAN: Semaphore = Semaphore::const_new(0);
static GO_ON: Semaphore = Semaphore::const_new(0);

#[command_handler]
async fn take_later(
    command: TakeLater,
    metadata: Metadata,
    stocks: Repository<Stock>,
) -> Result<u64, HandlerError<Empty>> {
    if metadata.get("slow").is_some() {
        BEGAN.add_permits(1);
        GO_ON.acquire().await.unwrap().forget();
    }
    let mut stock = stocks.load(&command.stock).await?;
    if stock.pieces == 0 {
        return Err(Empty.into());
    }
    stock.apply(Taken {});
    Ok(stock.pieces)
}

fn under_one_id() -> Dispatch {
    Dispatch::new().id(CommandId::from_key("one id"))
}

#[tokio::test]
async fn a_repetition_that_would_be_refused_gives_the_first_answer() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("stock.db").display());
    let start = || App::builder().store(url.as_str()).only::<(Stock, take_later)>().start();
    let (one, other) = (start().await.unwrap(), start().await.unwrap());
    set_up(&one, 1).await;
    let commands = other.commands();
    let slow = tokio::spawn(async move {
        let dispatch = under_one_id().meta("slow", "1");
        commands.send_tracked_with(TakeLater { stock: stock() }, dispatch).await
    });
    BEGAN.acquire().await.unwrap().forget();
    let commands = one.commands();
    let take = || commands.send_tracked_with(TakeLater { stock: stock() }, under_one_id());
    let first = take().await.unwrap();
    GO_ON.add_permits(1);
    assert_eq!(slow.await.unwrap().unwrap(), first);
    assert_eq!(take().await.unwrap(), first);
    assert_eq!((first.reply, load(&one).await), (0, (0, Sequence(2))));
    // Under an id of its own it is decided anew.
    let refused = commands.send(TakeLater { stock: stock() }).await.unwrap_err();
    assert_eq!(refused.rejection(), Some(&Empty));
}
