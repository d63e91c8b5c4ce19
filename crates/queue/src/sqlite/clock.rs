//! The one place where SQL gets the time from.

use sqlx::SqliteConnection;

use super::open::TimeSource;

const SYSTEM: &str = "create temp view clock (now) as select cast(unixepoch('subsec') * 1000 as integer)";
const TABLE: &str = "create temp table clock (now integer not null)";
const TABLE_START: &str = "insert into temp.clock values (0)";
/// Read once in each transaction, so that all its statements see one moment.
pub(super) const NOW: &str = "select now from temp.clock";
#[cfg(feature = "contract")]
pub(super) const SET: &str = "update temp.clock set now = ?1";

/// Gives a new connection its clock.
pub(super) async fn install(connection: &mut SqliteConnection, time: TimeSource) -> Result<(), sqlx::Error> {
    let statements: &[&'static str] = match time {
        TimeSource::System => &[SYSTEM],
        TimeSource::Table => &[TABLE, TABLE_START],
    };
    for statement in statements {
        sqlx::query(*statement).execute(&mut *connection).await?;
    }
    Ok(())
}
