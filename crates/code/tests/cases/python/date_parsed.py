import datetime
import subprocess


def handler(event, context):
    day = datetime.datetime.strptime(event["detail"]["day"], "%Y-%m-%d").strftime("%Y%m%d")
    subprocess.run("/opt/bin/report --day " + day, shell=True, check=True)
