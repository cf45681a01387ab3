import subprocess

from fastapi import FastAPI
from mangum import Mangum
from pydantic import BaseModel

app = FastAPI()


class Job(BaseModel):
    name: str
    size: int


@app.get("/lines/{count}")
def lines(count: int):
    return {"text": subprocess.getoutput(f"tail -n {count} /var/log/app.log")}


@app.post("/jobs")
def create(job: Job):
    return {"text": subprocess.getoutput(f"/opt/bin/job --size {job.size} --name {job.name}")}  # flow: command


handler = Mangum(app)
