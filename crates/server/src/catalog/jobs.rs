//! Which jobs were made from an upload. The jobs themselves are the queue's.

use reel_types::{JobId, TenantId};

use super::{Catalog, CatalogError};

const LINK: &str = "insert into upload_jobs (upload, job) values (?1, ?2) on conflict do nothing";
const OF_UPLOAD: &str = "select job from upload_jobs where upload = ?1 order by job desc";
const OF_OBJECT: &str = "
    select distinct j.job from upload_jobs j join uploads u on u.id = j.upload where u.tenant = ?1 and u.key = ?2";
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

    /// The jobs of a tenant that read an object, through any upload of that tenant. What another tenant's jobs read is
    /// kept by that tenant's upload, and is nobody else's business.
    pub(crate) async fn jobs_of_object(
        &self,
        tenant: &TenantId,
        key: &str,
    ) -> Result<Vec<JobId>, CatalogError> {
        let query = sqlx::query_scalar(OF_OBJECT).bind(tenant.as_str()).bind(key);
        let ids: Vec<String> = query.fetch_all(&self.writer).await?;
        Ok(ids.into_iter().map(JobId::new).collect())
    }

    /// Forgets what is noted of a job.
    pub(crate) async fn unlink(&self, job: &JobId) -> Result<(), CatalogError> {
        sqlx::query(FORGET).bind(job.as_str()).execute(&self.writer).await?;
        Ok(())
    }
}
