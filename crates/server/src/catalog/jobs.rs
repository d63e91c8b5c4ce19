//! Which jobs were made from an upload. The jobs themselves are the queue's.

use reel_types::JobId;

use super::{Catalog, CatalogError};

const LINK: &str = "insert into upload_jobs (upload, job) values (?1, ?2) on conflict do nothing";
const OF_UPLOAD: &str = "select job from upload_jobs where upload = ?1 order by job desc";
const OF_OBJECT: &str = "
    select distinct j.job from upload_jobs j join uploads u on u.id = j.upload where u.key = ?1";
const FORGET: &str = "delete from upload_jobs where job = ?1";

impl Catalog {
    /// Notes which uploads a job reads.
    pub(crate) async fn link(&self, job: &JobId, uploads: &[String]) -> Result<(), CatalogError> {
        let mut transaction = self.writer.begin_with("begin immediate").await?;
        for upload in uploads {
            sqlx::query(LINK).bind(upload).bind(job.as_str()).execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The jobs that were made from an upload, newest first.
    pub(crate) async fn jobs_of_upload(&self, upload: &str) -> Result<Vec<JobId>, CatalogError> {
        let ids: Vec<String> = sqlx::query_scalar(OF_UPLOAD).bind(upload).fetch_all(&self.readers).await?;
        Ok(ids.into_iter().map(JobId::new).collect())
    }

    /// The jobs that read an object, through anybody's upload.
    pub(crate) async fn jobs_of_object(&self, key: &str) -> Result<Vec<JobId>, CatalogError> {
        let ids: Vec<String> = sqlx::query_scalar(OF_OBJECT).bind(key).fetch_all(&self.writer).await?;
        Ok(ids.into_iter().map(JobId::new).collect())
    }

    /// Forgets what is noted of a job.
    pub(crate) async fn unlink(&self, job: &JobId) -> Result<(), CatalogError> {
        sqlx::query(FORGET).bind(job.as_str()).execute(&self.writer).await?;
        Ok(())
    }
}
