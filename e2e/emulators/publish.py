"""publish.py BUCKET KEY FOLDER: puts a folder, zipped, into a bucket, which is made when it is missing."""
import io
import pathlib
import sys
import zipfile

import boto3

bucket, key, folder = sys.argv[1:]
s3 = boto3.client("s3")
body = io.BytesIO()
with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(pathlib.Path(folder).rglob("*")):
        archive.write(path, path.relative_to(folder))
if bucket not in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
s3.put_object(Bucket=bucket, Key=key, Body=body.getvalue())
