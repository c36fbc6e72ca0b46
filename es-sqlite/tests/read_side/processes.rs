use super::*;

#[tokio::test]
async fn two_applications_on_the_same_files_handle_each_event_once() {
    let world = World::new();
    let (first, second) = (world.start().await, world.start().await);
    let mut token = CommitToken::default();
    for number in 0..40 {
        let app = if number % 2 == 0 { &first } else { &second };
        token = token.merge(&count(app, "north", 1).await);
    }
    for app in [&first, &second] {
        assert_eq!(tally(app, "north", &token).await.unwrap().counts, 40);
    }
    first.shutdown(LONG).await.unwrap();
    second.shutdown(LONG).await.unwrap();
}
