@echo off
rem From a checkout to a running program, on Windows 10 and 11. The same as dev.sh:
rem   installer\dev.cmd setup ^| run ^| test
rem Needs Python 3.11, 3.12 or 3.13 from python.org (with the "py" launcher).
setlocal enableextensions
cd /d "%~dp0.."
set "venv=%CD%\.venv"
set "PYTHONUTF8=1"
if "%~1"=="setup" goto setup
if "%~1"=="run" goto setup
if "%~1"=="test" goto setup
echo usage: installer\dev.cmd setup ^| run ^| test 1>&2
exit /b 2

:setup
rem Copies of lock and project beside the environment tell whether anything has changed since.
if not exist "%venv%\made-from\requirements.lock" goto make
fc /b requirements.lock "%venv%\made-from\requirements.lock" >nul 2>&1 || goto make
fc /b pyproject.toml "%venv%\made-from\pyproject.toml" >nul 2>&1 || goto make
"%venv%\Scripts\python.exe" -c "" >nul 2>&1 || goto make
goto ready

:make
set "python="
for %%v in (3.13 3.12 3.11) do (
    if not defined python py -%%v -c "" >nul 2>&1 && set "python=py -%%v"
)
if not defined python (
    echo psyroom: Python 3.11, 3.12 or 3.13 is needed. Please install it from python.org and run this again. 1>&2
    exit /b 1
)
if exist "%venv%" rmdir /s /q "%venv%"
echo psyroom: making .venv with %python%
%python% -m venv "%venv%" || exit /b 1
echo psyroom: installing the locked dependencies
"%venv%\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: --require-hashes -r requirements.lock || exit /b 1
echo psyroom: installing psyroom itself, as it lies here
"%venv%\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation --no-index --editable . || exit /b 1
mkdir "%venv%\made-from"
copy /y requirements.lock "%venv%\made-from" >nul
copy /y pyproject.toml "%venv%\made-from" >nul
echo psyroom: ready: .venv\Scripts\psyroom.exe

:ready
if "%~1"=="run" goto run
if "%~1"=="test" goto test
exit /b 0

:run
"%venv%\Scripts\psyroom.exe"
exit /b %errorlevel%

:test
set "PATH=%venv%\Scripts;%PATH%"
fc /b requirements-dev.lock "%venv%\made-from\requirements-dev.lock" >nul 2>&1 && goto checks
echo psyroom: installing what the tests need
"%venv%\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: --require-hashes -r requirements-dev.lock || exit /b 1
copy /y requirements-dev.lock "%venv%\made-from" >nul

:checks
for %%c in ("ruff check ." "ruff format --check ." "mypy" "lint-imports" "pytest") do (
    echo psyroom: %%~c
    %%~c || exit /b 1
)
exit /b 0
