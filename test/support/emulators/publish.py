"""publish.py BUCKET KEY PATH: puts a file, or a folder zipped, into a bucket, which is made when it is missing."""
import io
import pathlib
import sys
import zipfile

import boto3


def zipped(folder):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in sorted(folder.rglob("*")):
            archive.write(each, each.relative_to(folder))
    return body.getvalue()


bucket, key, path = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
s3 = boto3.client("s3")
if bucket not in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
s3.put_object(Bucket=bucket, Key=key, Body=zipped(path) if path.is_dir() else path.read_bytes())
